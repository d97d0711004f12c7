package io.diffusion4j.clip.noised;

import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.diffusion.process.NoisedPixels;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.BatchSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of noised pictures with their captions for the {@link NoisedObjective}, at uniform
 * timesteps.
 *
 * @param data the examples, taken in order, in the size of the image tower
 * @param tokenizer the tokenizer of the captions
 * @param vision the image tower
 * @param schedule the forward process of the guided network
 * @param batchSize pairs per batch
 * @param seed the seed of timesteps and noise
 */
public record NoisedClipBatches(
    CaptionedImages data,
    ClipTokenizer tokenizer,
    NoisedVisionNetwork vision,
    NoiseSchedule schedule,
    int batchSize,
    long seed)
    implements BatchSource {
  @Override
  public Batch batch(long step) {
    List<Tokens> tokens = new ArrayList<>(batchSize);
    List<float[]> pictures = new ArrayList<>(batchSize);
    for (int i = 0; i < batchSize; i++) {
      var example = data.get(step * batchSize + i);
      tokens.add(tokenizer.encode(example.caption()));
      pictures.add(example.image().pixels());
    }
    var noised = NoisedPixels.of(schedule, pictures, BatchSource.random(seed, step));
    var batch = new Batch(batchSize);
    vision.feed(
        batch, noised.pixels(), noised.timesteps().stream().map(Integer::doubleValue).toList());
    NoisedTextNetwork.feed(batch, tokens);
    return batch;
  }
}
