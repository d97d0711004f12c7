package io.diffusion4j.prior;

import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

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
    return rows(step, new RowRange(0, batchSize));
  }

  @Override
  public Batch rows(long step, RowRange share) {
    var random = BatchSource.random(seed, step);
    var pairs = data.pairs(step * batchSize, batchSize, share, random);
    int size = pairs.images().get(0).length;
    gaussian(share.from() * size, random); // of the rows before
    List<float[]> noise = new ArrayList<>(share.count());
    for (int i = 0; i < share.count(); i++) {
      noise.add(gaussian(size, random));
    }
    var batch =
        new Batch(share.count())
            .floats(NetworkDenoiser.SAMPLE, Rows.stack(noise))
            .floats(DirectObjective.IMAGE_EMBEDDING, Rows.stack(pairs.images()))
            .floats(
                DirectObjective.CONTRASTED_TEXT,
                Rows.stack(pairs.texts().stream().map(TextEncoding::embedding).toList()));
    PriorModel.feed(batch, pairs.texts());
    return batch;
  }

  private static float[] gaussian(int size, SplittableRandom random) {
    float[] eps = new float[size];
    for (int i = 0; i < size; i++) {
      eps[i] = (float) random.nextGaussian();
    }
    return eps;
  }
}
