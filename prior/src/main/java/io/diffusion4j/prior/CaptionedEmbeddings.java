package io.diffusion4j.prior;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.nn.train.group.RowGroups;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

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

  /** A row of {@link Pairs}. */
  private record Pair(float[] image, TextEncoding text, boolean dropped) {}

  /** Encodes the examples {@code first} to {@code first + count − 1}. */
  Pairs pairs(long first, int count, SplittableRandom random) {
    return pairs(first, count, new RowRange(0, count), random);
  }

  /**
   * Encodes some examples of a batch.
   *
   * @param first the number of the example in the batch's first row
   * @param batchSize rows of the batch
   * @param share the rows
   * @param random gives as many numbers as for the whole batch
   */
  Pairs pairs(long first, int batchSize, RowRange share, SplittableRandom random) {
    double[] chances = new double[batchSize];
    for (int i = 0; i < batchSize; i++) {
      chances[i] = random.nextDouble();
    }
    List<Pair> pairs =
        new RowGroups(batchSize).compute(share, group -> encoded(first, group, chances));
    return new Pairs(
        pairs.stream().map(Pair::image).toList(),
        pairs.stream().map(Pair::text).toList(),
        pairs.stream().map(Pair::dropped).toList());
  }

  private List<Pair> encoded(long first, RowRange rows, double[] chances) {
    var examples = images.embed(data, first + rows.from(), rows.count());
    List<String> captions = new ArrayList<>(rows.count());
    List<Boolean> dropped = new ArrayList<>(rows.count());
    for (int i = 0; i < rows.count(); i++) {
      String caption = examples.get(i).caption();
      dropped.add(chances[rows.from() + i] < drop || caption.isEmpty());
      captions.add(dropped.get(i) ? "" : caption);
    }
    var texts = textEncoder.encode(captions);
    return IntStream.range(0, rows.count())
        .mapToObj(i -> new Pair(examples.get(i).embedding(), texts.get(i), dropped.get(i)))
        .toList();
  }
}
