package io.diffusion4j.prior;

import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of the codes of image embeddings with the encoded captions for the {@link
 * AutoregressiveObjective}.
 *
 * @param data the examples, taken in order
 * @param codes the codes of the image embeddings
 * @param dots the dots of text and image embeddings
 * @param batchSize examples per batch
 * @param seed the seed of dropping
 */
public record AutoregressiveBatches(
    CaptionedEmbeddings data, EmbeddingCodes codes, DotBuckets dots, int batchSize, long seed)
    implements BatchSource {
  @Override
  public Batch batch(long step) {
    return rows(step, new RowRange(0, batchSize));
  }

  /** If a caption is dropped, so is its dot product. */
  @Override
  public Batch rows(long step, RowRange share) {
    var pairs = data.pairs(step * batchSize, batchSize, share, BatchSource.random(seed, step));
    List<int[]> rows = new ArrayList<>(share.count());
    int[] tokens = new int[share.count()];
    for (int i = 0; i < share.count(); i++) {
      float[] image = pairs.images().get(i);
      rows.add(codes.encode(image));
      tokens[i] =
          pairs.dropped().get(i)
              ? dots.none()
              : dots.token(Vectors.dot(image, pairs.texts().get(i).embedding()));
    }
    var batch = new Batch(share.count());
    AutoregressiveModel.feed(batch, pairs.texts(), tokens, rows);
    return batch;
  }

  /**
   * Computes the tokens for dot products from the first examples and their captions.
   *
   * @param examples the number of examples
   * @param count D
   */
  public static DotBuckets dots(CaptionedEmbeddings data, int examples, int count) {
    double[] dots = new double[examples];
    int at = 0;
    while (at < examples) {
      int some = Math.min(64, examples - at);
      var pairs = data.pairs(at, some, BatchSource.random(0, at));
      for (int i = 0; i < some; i++) {
        dots[at + i] = Vectors.dot(pairs.images().get(i), pairs.texts().get(i).embedding());
      }
      at += some;
    }
    return DotBuckets.of(dots, count);
  }
}
