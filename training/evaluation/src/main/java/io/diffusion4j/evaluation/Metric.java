package io.diffusion4j.evaluation;

import java.util.Optional;

/**
 * One line of the table.
 *
 * @param name the name of the metric
 * @param kind of its numbers
 * @param generated the embeddings of the pictures of the model
 * @param ceiling the estimate of real pictures of the same scenes, most of them held out
 * @param floor the estimate of the model's pictures against shuffled captions; {@link Evaluation}
 *     lists the other floors, of metrics without captions
 * @param seen the estimate of the model's pictures of trained combinations
 * @param unseen the estimate of the model's pictures of held-out combinations
 */
public record Metric(
    String name,
    Kind kind,
    Estimate generated,
    Estimate ceiling,
    Optional<Estimate> floor,
    Optional<Estimate> seen,
    Optional<Estimate> unseen) {
  /** The kind of a metric's numbers. */
  public enum Kind {
    /** A share of the pictures, 0 to 1; more is better. */
    SHARE,
    /** A similarity of two pictures, at most 1; more is better. */
    SIMILARITY,
    /** A distance, at least 0; less is better. */
    DISTANCE,
    /** A ratio to real pictures, at least 0; best near 1. */
    RATIO,
    /** A distance to training pictures, at least 0; far below the ceiling indicates memorising. */
    NOVELTY
  }
}
