package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The seed of an image's noise.
 *
 * @param seed an unsigned 64-bit number
 * @param stream which of the seed's independent streams, at least 0
 */
public record ImageSeed(long seed, int stream) {
  /** Returns the seed of image i: with k seeds, stream ⌊i / k⌋ of seed i mod k. */
  public static ImageSeed ofImage(int index, List<Long> seeds) {
    return new ImageSeed(seeds.get(index % seeds.size()), index / seeds.size());
  }

  /** Returns the noise of the images {@code from} (inclusive) to {@code to} (exclusive). */
  public static List<NoiseSource> noise(int from, int to, List<Long> seeds) {
    return IntStream.range(from, to)
        .mapToObj(i -> ofImage(i, seeds))
        .<NoiseSource>map(own -> new PhiloxNoise(own.seed, own.stream))
        .toList();
  }
}
