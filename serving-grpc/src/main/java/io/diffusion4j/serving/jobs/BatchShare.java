package io.diffusion4j.serving.jobs;

/** The rows of one batch of work. Guarded by the scheduler's lock. */
final class BatchShare {
  final Work work;
  final int rows;
  final double cost;

  /** Whether the batch holds its rows; false while it is parked. */
  boolean held = true;

  /** Whether a parked batch was cancelled and must end without rows. */
  boolean dropped;

  /** The time since which the batch holds its rows, by {@link System#nanoTime}. */
  long since = System.nanoTime();

  BatchShare(Work work, int rows, double cost) {
    this.work = work;
    this.rows = rows;
    this.cost = cost;
  }
}
