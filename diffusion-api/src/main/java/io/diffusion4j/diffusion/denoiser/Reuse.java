package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reuse of a U-Net's deep features between the steps of one sample (DeepCache, Ma et al. 2023,
 * §3.2).
 *
 * <p>The steps of a plan form groups. In the first step of a group the network computes everything
 * and {@linkplain #keep keeps} its deep features; in the others it takes {@link #features} in place
 * of its deep layers. The last step of the plan computes everything, since errors in it remain in
 * the sample. Only features of an earlier step of the same group are taken, so a prediction depends
 * on the sample alone, even if a failed call is repeated.
 *
 * <p>Each {@link Query} of a sample carries the reuse of its step. A denoiser that wraps another
 * one passes it on by {@link Query#withCondition}, with {@link #unconditional} for a second
 * prediction of the same sample, or drops it, which costs time and changes nothing else. Not
 * thread-safe: one call at a time may use the features of a sample.
 */
public final class Reuse {
  /** No reuse: the network computes everything, and keeps nothing. */
  public static final Reuse NONE = new Reuse(new Memory(), 0, 0);

  private final Memory memory;
  private final int first;
  private final int step;

  private Reuse(Memory memory, int first, int step) {
    this.memory = memory;
    this.first = first;
    this.step = step;
  }

  /** The features of a sample, and of its unconditional prediction. */
  private static final class Memory {
    private @Nullable Features features;
    private int step = -1;
    private @Nullable Memory unconditional;
  }

  /** Numbers, in half the memory if all of them are bfloat16, as those of a network often are. */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  private record Features(float[] wide, short[] narrow) {
    private static final float[] NO_WIDE = {};
    private static final short[] NO_NARROW = {};

    static Features of(float[] values) {
      short[] upper = new short[values.length];
      for (int i = 0; i < upper.length; i++) {
        int bits = Float.floatToRawIntBits(values[i]);
        if ((bits & 0xffff) != 0) {
          return new Features(values, NO_NARROW);
        }
        upper[i] = (short) (bits >>> 16);
      }
      return new Features(NO_WIDE, upper);
    }

    float[] values() {
      if (narrow.length == 0) {
        return wide;
      }
      float[] values = new float[narrow.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.intBitsToFloat(narrow[i] << 16);
      }
      return values;
    }
  }

  /**
   * Returns the reuse of each step of a sample, by the index of the step.
   *
   * @param every the length of a group, at least 1; 1 for no reuse
   * @param steps the number of steps
   */
  public static List<Reuse> inSteps(int every, int steps) {
    Check.that(every >= 1, "reuse", every, "≥ 1");
    var memory = new Memory();
    List<Reuse> all = new ArrayList<>(steps);
    for (int step = 0; step < steps; step++) {
      int first = step - step % every;
      int end = Math.min(first + every, steps - 1); // of the group
      all.add(step >= end || end - first == 1 ? NONE : new Reuse(memory, first, step));
    }
    return all;
  }

  /** Returns the number of these steps in which the network computes everything. */
  public static int wholeSteps(int every, int steps) {
    return steps < 2 ? steps : (steps - 2) / every + 2;
  }

  /** Whether features are kept or taken. */
  public boolean isAsked() {
    return this != NONE;
  }

  /**
   * Returns the features to take; empty if the network has to compute everything, and to keep its
   * features.
   */
  public Optional<float[]> features() {
    return has() ? Optional.ofNullable(memory.features).map(Features::values) : Optional.empty();
  }

  /** Whether there are {@link #features}. */
  public boolean has() {
    return memory.features != null && memory.step >= first && memory.step < step;
  }

  /**
   * Keeps the features of this step, unless it takes those of an earlier one; the array may be kept
   * as it is.
   */
  public void keep(float[] features) {
    if (isAsked() && !has()) {
      memory.features = Features.of(features);
      memory.step = step;
    }
  }

  /** Returns the reuse of the unconditional prediction in the same step. */
  public Reuse unconditional() {
    if (!isAsked()) {
      return this;
    }
    if (memory.unconditional == null) {
      memory.unconditional = new Memory();
    }
    return new Reuse(memory.unconditional, first, step);
  }
}
