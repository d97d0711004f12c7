package io.diffusion4j.jobs;

/** The store of jobs cannot be read or written, for example because the disk is full. */
public final class JobStoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  JobStoreException(Exception cause) {
    super("the store of jobs failed: " + cause.getMessage(), cause);
  }
}
