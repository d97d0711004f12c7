package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.SecondMomentSampler;
import io.diffusion4j.diffusion.loss.TimestepSampler;

/**
 * Timesteps drawn where the loss of this run is large ({@link SecondMomentSampler}).
 *
 * <p>A batch is made during the step before it, so its timesteps depend on the losses of all
 * earlier steps except that one. The contents of a batch are therefore a function of the step and
 * the run so far, independent of the timing of threads, and a resumed run draws the same timesteps
 * as an uninterrupted one. Thread-safe.
 */
public final class LossAwareTimesteps {
  private static final String PREFIX = "timesteps.";
  private static final String LOSSES = PREFIX + "losses";
  private static final String COUNTS = PREFIX + "counts";
  private static final String LAST = PREFIX + "last";

  private SecondMomentSampler now;

  /** The value of {@code now} before the last step. */
  private SecondMomentSampler before;

  /** {@code [B, 2]}, timesteps and losses of the last step. */
  private float[] last = {};

  /** The number of steps in {@code now}. */
  private long seen;

  private int accumulate = 1;

  /**
   * Creates the timesteps of a new run.
   *
   * @param steps T, the timesteps of the noise schedule
   */
  public LossAwareTimesteps(int steps) {
    now = new SecondMomentSampler(steps);
    before = now;
  }

  /** Sets the number of batches of each step. */
  synchronized void accumulate(int batches) {
    accumulate = batches;
  }

  /**
   * Returns the sampler for a batch, with the number that its {@link BatchSource} gets.
   *
   * @throws IllegalStateException if the batch is not part of one of the next two steps
   */
  public synchronized TimestepSampler at(long batch) {
    long step = batch / accumulate;
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

  /** Adds the timesteps and losses of a step. */
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

  /** Returns the state for {@link #restore}. */
  synchronized TensorSource state() {
    int steps = before.steps();
    return new TensorMap()
        .put(LOSSES, new long[] {steps, SecondMomentSampler.HISTORY}, before.losses())
        .put(COUNTS, new long[] {steps}, floats(before.counts()))
        .put(LAST, new long[] {last.length / 2, 2}, last);
  }

  /** Returns a state of the same shape without contents. */
  TensorSource empty(long samplesPerStep) {
    int steps = now.steps();
    int rows = Math.toIntExact(samplesPerStep);
    return new TensorMap()
        .put(
            LOSSES,
            new long[] {steps, SecondMomentSampler.HISTORY},
            new float[steps * SecondMomentSampler.HISTORY])
        .put(COUNTS, new long[] {steps}, new float[steps])
        .put(LAST, new long[] {rows, 2}, new float[2 * rows]);
  }

  void save(SafetensorsWriter writer) {
    var state = state();
    for (String name : state.names()) {
      writer.floats(name, DType.F32, state.shape(name), () -> state.read(name));
    }
  }

  private static float[] floats(int[] counts) {
    float[] floats = new float[counts.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = counts[i];
    }
    return floats;
  }

  /**
   * Restores a state.
   *
   * @param atStep the number of steps done
   * @throws IllegalArgumentException if the state has another number of timesteps
   */
  synchronized void restore(TensorSource saved, long atStep) {
    float[] counts = saved.read(COUNTS);
    Check.that(counts.length == now.steps(), "timesteps", counts.length, "%s", now.steps());
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
