package io.diffusion4j.prior;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.RowRange;

/**
 * Batches of noisy image embeddings with the encoded captions for the {@link PriorObjective}.
 *
 * @param data the examples, taken in order
 * @param standardization the standardization of the image embeddings
 * @param noise the forward process
 * @param batchSize examples per batch
 * @param seed the seed of timesteps, noise and dropping
 */
public record PriorBatches(
    CaptionedEmbeddings data,
    Standardization standardization,
    NoisedBatch noise,
    int batchSize,
    long seed)
    implements BatchSource {
  @Override
  public Batch batch(long step) {
    return rows(step, new RowRange(0, batchSize));
  }

  @Override
  public Batch rows(long step, RowRange share) {
    var random = BatchSource.random(seed, step);
    var pairs = data.pairs(step * batchSize, batchSize, share, random);
    var embeddings = pairs.images().stream().map(standardization::apply).toList();
    var batch = new Batch(share.count());
    PriorModel.feed(batch, pairs.texts());
    noise.skip(share.from(), embeddings.get(0).length, random);
    noise.addTo(batch, embeddings, random);
    return batch;
  }
}
