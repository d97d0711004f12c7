package io.diffusion4j.cli.train;

import io.diffusion4j.nn.train.DivergedException;

/** A part stopped learning; the message says when, and what is left. */
final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The explanation. */
  TrainingDivergedException(String part, DivergedException cause, String lastCheckpoint) {
    super(part + ": " + cause.getMessage() + "; " + lastCheckpoint, cause);
  }
}
