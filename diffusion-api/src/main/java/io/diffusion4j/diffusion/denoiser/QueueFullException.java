package io.diffusion4j.diffusion.denoiser;

/** The queue of a {@link BatchingDenoiser} is full; try again later. */
public final class QueueFullException extends RuntimeException {
  private static final long serialVersionUID = 1;

  QueueFullException(int waiting, int asked, int capacity) {
    super(
        "queries: "
            + asked
            + " more (expected: at most "
            + Math.max(0, capacity - waiting)
            + "; "
            + waiting
            + " of "
            + capacity
            + " are waiting)");
  }
}
