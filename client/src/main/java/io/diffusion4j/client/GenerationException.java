package io.diffusion4j.client;

import io.grpc.Status;

/** A server did not do what it was asked; the message says why, in one line for people. */
public final class GenerationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Status.Code code;

  GenerationException(Status.Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  GenerationException(Status.Code code, String message) {
    super(message);
    this.code = code;
  }

  /** What kind of error it was. */
  public Status.Code code() {
    return code;
  }
}
