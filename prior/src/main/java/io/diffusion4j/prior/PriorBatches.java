package io.diffusion4j.prior;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageEncoder;
import io.diffusion4j.diffusion.text.TextEncoder;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.train.BatchSource;
import io.diffusion4j.tf.train.CaptionedImages;
import io.diffusion4j.tf.train.NoisedBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of noisy image embeddings with the encoded captions for the {@link PriorObjective}.
 *
 * @param data the examples, taken in order
 * @param textEncoder CLIP's, frozen
 * @param imageEncoder CLIP's, frozen
 * @param standardization of the image embeddings
 * @param noise the forward process
 * @param drop how often the caption is replaced by the empty one, for classifier-free guidance
 * @param batchSize examples per batch
 * @param seed of timesteps, noise and dropping
 */
public record PriorBatches(
    CaptionedImages data,
    TextEncoder textEncoder,
    ImageEncoder imageEncoder,
    Standardization standardization,
    NoisedBatch noise,
    double drop,
    int batchSize,
    long seed)
    implements BatchSource {
  public PriorBatches {
    if (!(drop >= 0 && drop <= 1)) {
      throw new IllegalArgumentException("drop: " + drop + " (expected: in [0, 1])");
    }
  }

  @Override
  public Batch batch(long step) {
    var random = BatchSource.random(seed, step);
    List<Image> images = new ArrayList<>(batchSize);
    List<String> captions = new ArrayList<>(batchSize);
    for (int i = 0; i < batchSize; i++) {
      var example = data.get(step * batchSize + i);
      images.add(example.image());
      captions.add(random.nextDouble() < drop ? "" : example.caption());
    }
    var embeddings = imageEncoder.encode(images).stream().map(standardization::apply).toList();
    var batch = new Batch(batchSize);
    PriorModel.feed(batch, textEncoder.encode(captions));
    noise.addTo(batch, embeddings, random);
    return batch;
  }
}
