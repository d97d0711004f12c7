package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where the randomness of an image comes from.
 *
 * @param seed 64 bits without a sign
 * @param stream which of the seed's independent streams, at least 0
 */
public record ImageSeed(long seed, int stream) {
  /** Of k seeds, image i is drawn from stream ⌊i / k⌋ of seed i mod k. */
  public static ImageSeed ofImage(int index, List<Long> seeds) {
    return new ImageSeed(seeds.get(index % seeds.size()), index / seeds.size());
  }

  /** The randomness of the images from one to before another. */
  public static List<NoiseSource> noise(int from, int to, List<Long> seeds) {
    return IntStream.range(from, to)
        .mapToObj(i -> ofImage(i, seeds))
        .<NoiseSource>map(own -> new PhiloxNoise(own.seed, own.stream))
        .toList();
  }
}
