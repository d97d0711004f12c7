package io.diffusion4j.serving.request;

import java.util.List;

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
}
