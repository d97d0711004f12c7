package io.diffusion4j.evaluation;

import java.util.Optional;

/**
 * One line of the table.
 *
 * @param name what was measured
 * @param kind how its numbers are to be read
 * @param generated of the pictures of the model
 * @param ceiling of real pictures of the same scenes, most of them held out
 * @param floor of the model's pictures against shuffled captions; what else it is, where captions
 *     do not matter, says {@link Evaluation}
 * @param seen of the model's pictures of combinations that it was trained on
 * @param unseen of the model's pictures of combinations that it was never trained on
 */
public record Metric(
    String name,
    Kind kind,
    Estimate generated,
    Estimate ceiling,
    Optional<Estimate> floor,
    Optional<Estimate> seen,
    Optional<Estimate> unseen) {
  /** How numbers are to be read. */
  public enum Kind {
    /** A part of the pictures, 0 to 1; more is better. */
    SHARE,
    /** How alike two pictures are, at most 1; more is better. */
    LIKENESS,
    /** From 0 up; less is better. */
    DISTANCE,
    /** From 0 up; much less than the ceiling is memorising. */
    NOVELTY
  }
}
