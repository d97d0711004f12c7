package io.diffusion4j.prior;

import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.train.BatchSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of noise, encoded captions and image embeddings for the {@link DirectObjective}.
 *
 * @param data the examples, taken in order; a dropped caption would contradict the contrast
 * @param batchSize examples per batch
 * @param seed the seed of the noise
 */
public record DirectBatches(CaptionedEmbeddings data, int batchSize, long seed)
    implements BatchSource {
  @Override
  public Batch batch(long step) {
    var random = BatchSource.random(seed, step);
    var pairs = data.pairs(step * batchSize, batchSize, random);
    List<float[]> noise = new ArrayList<>(batchSize);
    for (float[] embedding : pairs.images()) {
      float[] eps = new float[embedding.length];
      for (int i = 0; i < eps.length; i++) {
        eps[i] = (float) random.nextGaussian();
      }
      noise.add(eps);
    }
    var batch =
        new Batch(batchSize)
            .floats(NetworkDenoiser.SAMPLE, Rows.stack(noise))
            .floats(DirectObjective.IMAGE_EMBEDDING, Rows.stack(pairs.images()))
            .floats(
                DirectObjective.CONTRASTED_TEXT,
                Rows.stack(pairs.texts().stream().map(TextEncoding::embedding).toList()));
    PriorModel.feed(batch, pairs.texts());
    return batch;
  }
}
