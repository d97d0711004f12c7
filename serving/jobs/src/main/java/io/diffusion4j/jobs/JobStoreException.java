package io.diffusion4j.jobs;

import java.sql.SQLException;

/** The store of jobs cannot be read or written, for example because the disk is full. */
public final class JobStoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** SQLite's primary result code for a full disk; the bits above it are details. */
  private static final int SQLITE_FULL = 13;

  private static final int PRIMARY = 0xff;

  private final boolean full;

  JobStoreException(Exception cause) {
    super("the store of jobs failed: " + cause.getMessage(), cause);
    full = cause instanceof SQLException sql && (sql.getErrorCode() & PRIMARY) == SQLITE_FULL;
  }

  private JobStoreException() {
    super("the store of jobs is full");
    full = true;
  }

  /** Returns the exception for a store that has reached its limit. */
  static JobStoreException full() {
    return new JobStoreException();
  }

  /** Returns whether there was no room, so that the change may succeed later. */
  public boolean isFull() {
    return full;
  }
}
