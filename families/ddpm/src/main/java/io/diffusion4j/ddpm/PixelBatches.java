package io.diffusion4j.ddpm;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of noisy pictures for the {@link PixelObjective}. Captions are used only if they are the
 * names of classes.
 *
 * @param data the examples, taken in order, in the size of the network
 * @param network the network, whose classes are as many as there are names
 * @param classes the names of the classes by number; empty without classes
 * @param drop probability that a picture's class is dropped, for classifier-free guidance
 * @param noise the forward process
 * @param batchSize pictures per batch
 * @param seed seed of timesteps, noise and dropping
 */
public record PixelBatches(
    CaptionedImages data,
    PixelBackbone network,
    List<String> classes,
    double drop,
    NoisedBatch noise,
    int batchSize,
    long seed)
    implements BatchSource {
  public PixelBatches {
    classes = List.copyOf(classes);
    Check.that(
        network.labels().count() == classes.size(),
        "classes",
        classes.size(),
        "the network's %s",
        network.labels().count());
    Check.that(drop >= 0 && drop <= 1, "drop", drop, "in [0, 1]");
  }

  @Override
  public Batch batch(long step) {
    return rows(step, new RowRange(0, batchSize));
  }

  @Override
  public Batch rows(long step, RowRange share) {
    List<float[]> pictures = new ArrayList<>(share.count());
    List<PixelLabel> labels = new ArrayList<>(share.count());
    for (int i = share.from(); i < share.to(); i++) {
      var example = data.get(step * batchSize + i);
      pictures.add(example.image().pixels());
      labels.add(PixelLabel.of(classes, example.caption()));
    }
    var batch = new Batch(share.count());
    var random = BatchSource.random(seed, step);
    int size = pictures.get(0).length;
    noise.skip(share.from(), size, random);
    noise.addTo(batch, pictures, random);
    noise.skip(batchSize - share.to(), size, random);
    if (network.labels().hasNull()) {
      for (int i = 0; i < share.from(); i++) {
        random.nextDouble(); // of a row before
      }
      labels.replaceAll(label -> random.nextDouble() < drop ? new PixelLabel.None() : label);
    }
    network.feed(batch, labels);
    return batch;
  }
}
