package io.diffusion4j.pipeline;

import io.diffusion4j.nn.engine.Precision;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a model folder is opened.
 *
 * @param residency when its networks are in memory
 * @param precision the number format of its networks; empty for what suits the model and the
 *     processor
 * @param name what requests call the model; empty for the name that the folder gives it
 * @param prior which of several priors draws, such as {@code ar}; empty for the usual one
 * @param candidates how many image embeddings the prior draws to choose from; empty for the model's
 *     own number
 */
public record Opening(
    Residency residency,
    Optional<Precision> precision,
    Optional<String> name,
    Optional<String> prior,
    OptionalInt candidates) {
  /** The usual way with networks in memory at these times. */
  public static Opening with(Residency residency) {
    return new Opening(
        residency, Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.empty());
  }

  /** The same in this number format, or in the one that suits. */
  public Opening withPrecision(Optional<Precision> other) {
    return new Opening(residency, other, name, prior, candidates);
  }

  /** The same under this name, or under the model's own. */
  public Opening withName(Optional<String> other) {
    return new Opening(residency, precision, other, prior, candidates);
  }

  /** The same with another prior. */
  public Opening withPrior(String other) {
    return new Opening(residency, precision, name, Optional.of(other), candidates);
  }

  /** The same, whose prior draws so many embeddings to choose from. */
  public Opening withCandidates(int other) {
    return new Opening(residency, precision, name, prior, OptionalInt.of(other));
  }
}
