package io.diffusion4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.digest.Sha256;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The pictures that a model is trained on, and those held out to validate it with.
 *
 * @param training the training pictures, at least one, which the model sees
 * @param validation the validation pictures, at least one, which the model does not see
 */
public record Split(PictureSet training, PictureSet validation) {
  /**
   * Holds out a share of a set, chosen by a hash of each key. A picture stays on its side when
   * others are added or removed, regardless of the layout of the set. The share is met on average.
   *
   * @param share the share, in (0, 1)
   * @throws IllegalArgumentException if the share is not, or one of the sides is empty
   */
  public static Split byKey(PictureSet pictures, double share) {
    Check.that(share > 0 && share < 1, "validation", share, "in (0, 1), or a data set");
    Map<Boolean, long[]> heldOut =
        LongStream.range(0, pictures.size())
            .boxed()
            .collect(
                Collectors.partitioningBy(
                    index -> place(pictures.key(index)) < share,
                    Collectors.collectingAndThen(
                        Collectors.toList(),
                        indices -> indices.stream().mapToLong(Long::longValue).toArray())));
    var training = pictures.only(heldOut.getOrDefault(false, new long[0]));
    var validation = pictures.only(heldOut.getOrDefault(true, new long[0]));
    Check.that(
        training.size() > 0 && validation.size() > 0,
        "validation",
        "%s, which holds out %d of %d pictures"
            .formatted(share, validation.size(), pictures.size()),
        "a share that leaves pictures on both sides");
    return new Split(training, validation);
  }

  /** Returns the hash of a key as a number in [0, 1). */
  private static double place(String key) {
    byte[] hash = Sha256.of(key.getBytes(UTF_8));
    return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
  }
}
