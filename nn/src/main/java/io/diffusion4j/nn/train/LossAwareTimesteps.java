package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.diffusion.loss.SecondMomentSampler;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.nn.weights.NamedTensors;

/**
 * Timesteps drawn where the loss of this run is large ({@link SecondMomentSampler}).
 *
 * <p>A batch is made while the step before it is trained on, so its timesteps are drawn from the
 * losses of all steps but that one. What a batch holds is then a function of the step and of the
 * run so far, not of which thread was faster, and a resumed run draws what an uninterrupted one
 * would have drawn. Thread-safe.
 */
public final class LossAwareTimesteps {
  private static final String PREFIX = "timesteps.";
  private static final String LOSSES = PREFIX + "losses";
  private static final String COUNTS = PREFIX + "counts";
  private static final String LAST = PREFIX + "last";

  private SecondMomentSampler now;

  /** What {@code now} was before the last step. */
  private SecondMomentSampler before;

  /** {@code [B, 2]}, timesteps and losses of the last step. */
  private float[] last = {};

  /** How many steps {@code now} has seen. */
  private long seen;

  /**
   * Of a run that begins.
   *
   * @param steps T, the timesteps of the noise schedule
   */
  public LossAwareTimesteps(int steps) {
    now = new SecondMomentSampler(steps);
    before = now;
  }

  /**
   * What the batch of a training step draws its timesteps from.
   *
   * @throws IllegalStateException if that step is not one of the next two
   */
  public synchronized TimestepSampler at(long step) {
    long known = Math.max(0, step - 1);
    if (known == seen) {
      return now;
    }
    if (known == seen - 1) {
      return before;
    }
    throw new IllegalStateException(
        "step: " + step + " (expected: one of the next, of " + seen + ")");
  }

  /** A step was made with these timesteps and losses. */
  synchronized void record(float[] perTimestep) {
    before = now;
    now = after(before, perTimestep);
    last = perTimestep;
    seen++;
  }

  private static SecondMomentSampler after(SecondMomentSampler sampler, float[] perTimestep) {
    int rows = perTimestep.length / 2;
    int[] timesteps = new int[rows];
    float[] losses = new float[rows];
    for (int i = 0; i < rows; i++) {
      timesteps[i] = (int) perTimestep[2 * i];
      losses[i] = perTimestep[2 * i + 1];
    }
    return sampler.after(timesteps, losses);
  }

  static boolean isStateOf(String tensor) {
    return tensor.startsWith(PREFIX);
  }

  synchronized void save(SafetensorsWriter writer) {
    int steps = before.steps();
    float[] losses = before.losses();
    int[] counts = before.counts();
    float[] recorded = last;
    writer
        .floats(LOSSES, DType.F32, new long[] {steps, SecondMomentSampler.HISTORY}, () -> losses)
        .floats(COUNTS, DType.F32, new long[] {steps}, () -> floats(counts))
        .floats(LAST, DType.F32, new long[] {recorded.length / 2, 2}, () -> recorded);
  }

  private static float[] floats(int[] counts) {
    float[] floats = new float[counts.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = counts[i];
    }
    return floats;
  }

  /**
   * Goes back to a state.
   *
   * @param atStep how many steps were made
   * @throws IllegalArgumentException if the state is of another number of timesteps
   */
  synchronized void restore(NamedTensors saved, long atStep) {
    float[] counts = saved.read(COUNTS);
    if (counts.length != now.steps()) {
      throw new IllegalArgumentException(
          "timesteps: " + counts.length + " (expected: " + now.steps() + ")");
    }
    int[] whole = new int[counts.length];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = (int) counts[i];
    }
    before = SecondMomentSampler.of(saved.read(LOSSES), whole);
    last = saved.read(LAST);
    now = after(before, last);
    seen = atStep;
  }
}
