package io.diffusion4j.cli.train;

import io.diffusion4j.nn.train.DivergedException;

/** A training diverged; the message contains the step and the remaining state. */
final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  TrainingDivergedException(String part, DivergedException cause, String lastCheckpoint) {
    super(part + ": " + cause.getMessage() + "; " + lastCheckpoint, cause);
  }
}
