package io.diffusion4j.client;

import io.grpc.Status;

/** A request failed or was refused; the message is one readable line with the reason. */
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

  /** Returns the kind of the error. */
  public Status.Code code() {
    return code;
  }
}
