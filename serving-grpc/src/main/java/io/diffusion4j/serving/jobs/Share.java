package io.diffusion4j.serving.jobs;

/** The rows that work has while some of its pieces are done. Guarded by the scheduler. */
final class Share {
  final Work work;
  final int rows;
  final double cost;

  /** Whether the rows are its own now; not while it is parked. */
  boolean held = true;

  /** Whether it is to go on without rows, which is to end. */
  boolean dropped;

  /** Since when it has had the rows, by {@link System#nanoTime}. */
  long since = System.nanoTime();

  Share(Work work, int rows, double cost) {
    this.work = work;
    this.rows = rows;
    this.cost = cost;
  }
}
