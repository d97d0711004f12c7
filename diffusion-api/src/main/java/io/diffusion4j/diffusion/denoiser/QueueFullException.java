package io.diffusion4j.diffusion.denoiser;

/** A {@link BatchingDenoiser} has as many queries waiting as it may; ask again later. */
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
