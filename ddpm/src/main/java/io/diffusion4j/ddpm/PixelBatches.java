package io.diffusion4j.ddpm;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.NoisedBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of noisy pictures for the {@link PixelObjective}; captions are not looked at.
 *
 * @param data the examples, taken in order, in the size of the network
 * @param noise the forward process
 * @param batchSize pictures per batch
 * @param seed of timesteps and noise
 */
public record PixelBatches(CaptionedImages data, NoisedBatch noise, int batchSize, long seed)
    implements BatchSource {
  @Override
  public Batch batch(long step) {
    List<float[]> pictures = new ArrayList<>(batchSize);
    for (int i = 0; i < batchSize; i++) {
      pictures.add(data.get(step * batchSize + i).image().pixels());
    }
    var batch = new Batch(batchSize);
    noise.addTo(batch, pictures, BatchSource.random(seed, step));
    return batch;
  }
}
