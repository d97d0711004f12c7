package io.diffusion4j.prior;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;

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
    var random = BatchSource.random(seed, step);
    var pairs = data.pairs(step * batchSize, batchSize, random);
    var embeddings = pairs.images().stream().map(standardization::apply).toList();
    var batch = new Batch(batchSize);
    PriorModel.feed(batch, pairs.texts());
    noise.addTo(batch, embeddings, random);
    return batch;
  }
}
