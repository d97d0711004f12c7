package io.diffusion4j.decoder.classifier;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.NoisedPixels;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.train.BatchSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of noised pictures with their classes for the {@link ClassifierObjective}, at uniform
 * timesteps.
 *
 * @param data the examples, taken in order, in the size of the network; each caption is the name of
 *     a class
 * @param classes the names of the classes by number
 * @param schedule the forward process of the network that is to be guided
 * @param timeChannels width of the classifier's sinusoid
 * @param batchSize pictures per batch
 * @param seed seed of timesteps and noise
 */
public record ClassifierBatches(
    CaptionedImages data,
    List<String> classes,
    NoiseSchedule schedule,
    int timeChannels,
    int batchSize,
    long seed)
    implements BatchSource {
  public ClassifierBatches {
    classes = List.copyOf(classes);
  }

  @Override
  public Batch batch(long step) {
    List<float[]> pictures = new ArrayList<>(batchSize);
    int[] labels = new int[batchSize];
    for (int i = 0; i < batchSize; i++) {
      var example = data.get(step * batchSize + i);
      pictures.add(example.image().pixels());
      labels[i] = classes.indexOf(example.caption());
      Check.that(
          labels[i] >= 0,
          "class",
          example.caption(),
          "one of the pictures that are trained on: %s",
          String.join(", ", classes));
    }
    var noised = NoisedPixels.of(schedule, pictures, BatchSource.random(seed, step));
    return new Batch(batchSize)
        .floats(NetworkDenoiser.SAMPLE, Rows.stack(noised.pixels()))
        .floats(
            NetworkDenoiser.TIME,
            Rows.stack(
                noised.timesteps().stream()
                    .map(t -> TimeEmbedding.sinusoid(t, timeChannels))
                    .toList()))
        .ints(ClassifierNetwork.LABEL, labels);
  }
}
