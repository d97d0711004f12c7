package io.diffusion4j.prior;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.part.TextEncoding;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The embeddings of pictures with their encoded captions: the training data of priors.
 *
 * @param data the examples
 * @param textEncoder CLIP's, frozen
 * @param images computes or finds the embeddings of the images
 * @param drop the probability of replacing the caption by the empty one, for classifier-free
 *     guidance
 */
public record CaptionedEmbeddings(
    CaptionedImages data, TextEncoder textEncoder, ImageEmbedder images, double drop) {
  public CaptionedEmbeddings {
    Check.share("drop", drop);
  }

  /**
   * A batch, in the order of the data.
   *
   * @param images un-normalised image embeddings
   * @param texts the encoded captions, one for each
   * @param dropped whether the caption is the empty one
   */
  record Pairs(List<float[]> images, List<TextEncoding> texts, List<Boolean> dropped) {}

  /** Encodes the examples {@code from} to {@code from + count − 1}. */
  Pairs pairs(long from, int count, SplittableRandom random) {
    List<float[]> embeddings = new ArrayList<>(count);
    List<String> captions = new ArrayList<>(count);
    List<Boolean> dropped = new ArrayList<>(count);
    for (var example : images.embed(data, from, count)) {
      embeddings.add(example.embedding());
      boolean isDropped = random.nextDouble() < drop || example.caption().isEmpty();
      dropped.add(isDropped);
      captions.add(isDropped ? "" : example.caption());
    }
    return new Pairs(embeddings, textEncoder.encode(captions), dropped);
  }
}
