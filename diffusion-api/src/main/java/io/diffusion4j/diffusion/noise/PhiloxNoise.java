package io.diffusion4j.diffusion.noise;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Noise that is a pure function of (seed, image, stage, step): Gaussian numbers by Box and Muller
 * from the counter-based generator Philox 4×32-10 (Salmon et al. 2011). The bits are the same on
 * every machine. Immutable, and so free to share between threads.
 */
public final class PhiloxNoise implements NoiseSource {
  /** The step number for deriving keys, which no plan uses. */
  private static final int DERIVE = Integer.MIN_VALUE;

  private static final double TO_UNIT = 0x1p-53;

  private final long key;

  /**
   * Creates the noise of one image.
   *
   * @param seed any 64 bits
   * @param image which of the images that share the seed
   */
  public PhiloxNoise(long seed, int image) {
    // Each image has a key of its own, so that the whole counter is left for stage, step and value.
    int[] block = new int[4];
    fill(block, image, DERIVE, hash("image"));
    Philox.encrypt(block, seed);
    key = Integer.toUnsignedLong(block[0]) | (long) block[1] << 32;
  }

  /**
   * Returns the noise of the first images of a seed.
   *
   * @param count how many, at least 1
   */
  public static List<NoiseSource> images(long seed, int count) {
    Check.that(count >= 1, "count", count, "≥ 1");
    return IntStream.range(0, count)
        .<NoiseSource>mapToObj(image -> new PhiloxNoise(seed, image))
        .toList();
  }

  @Override
  public float[] gaussian(String stage, int step, int size) {
    Check.that(step >= INITIAL, "step", step, "≥ %s", INITIAL);
    Check.that(size >= 0, "size", size, "≥ 0");
    long stageHash = hash(stage);
    float[] values = new float[size];
    int[] block = new int[4];
    for (int i = 0; i < size; i += 2) {
      fill(block, i / 2, step, stageHash);
      Philox.encrypt(block, key);
      // u in (0, 1], v in [0, 1). StrictMath, because Math may differ between machines.
      double u = 1 - unit(block[0], block[1]);
      double v = unit(block[2], block[3]);
      double radius = StrictMath.sqrt(-2 * StrictMath.log(u));
      double angle = 2 * Math.PI * v;
      values[i] = (float) (radius * StrictMath.cos(angle));
      if (i + 1 < size) {
        values[i + 1] = (float) (radius * StrictMath.sin(angle));
      }
    }
    return values;
  }

  private static void fill(int[] block, int index, int step, long purpose) {
    block[0] = index;
    block[1] = step;
    block[2] = (int) purpose;
    block[3] = (int) (purpose >>> 32);
  }

  /** Computes 53 random bits as a number in [0, 1). */
  private static double unit(int low, int high) {
    return ((Integer.toUnsignedLong(low) | (long) high << 32) >>> 11) * TO_UNIT;
  }

  /** Computes FNV-1a, 64 bits. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
