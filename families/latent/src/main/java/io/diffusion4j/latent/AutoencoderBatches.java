package io.diffusion4j.latent;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.ddpm.Autoencoder;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.group.RowGroups;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Batches of pictures for the {@link AutoencoderObjective}. Captions are not used.
 *
 * @param data the examples, taken in order, in the size of the training
 * @param latent the number of values of a latent
 * @param features computes the features of pictures; empty for a loss without them
 * @param batchSize pictures per batch
 * @param seed the seed of the noise
 */
record AutoencoderBatches(
    CaptionedImages data,
    int latent,
    Optional<Function<List<Image>, List<float[]>>> features,
    int batchSize,
    long seed)
    implements BatchSource {
  @Override
  public Batch batch(long step) {
    return rows(step, new RowRange(0, batchSize));
  }

  @Override
  public Batch rows(long step, RowRange share) {
    var groups = new RowGroups(batchSize);
    RowRange read = features.isPresent() ? groups.covering(share) : share;
    long first = step * batchSize;
    List<Image> pictures =
        data.range(first + read.from(), first + read.to()).stream()
            .map(CaptionedImage::image)
            .toList();
    var random = BatchSource.random(seed, step);
    noises(share.from(), latent, random); // of rows before
    var batch =
        new Batch(share.count())
            .floats(
                Autoencoder.PIXELS,
                Rows.stack(share.pick(pictures, read).stream().map(Image::pixels).toList()))
            .floats(AutoencoderObjective.NOISE, Rows.stack(noises(share.count(), latent, random)));
    features.ifPresent(
        of ->
            batch.floats(
                AutoencoderObjective.SEEN,
                Rows.stack(groups.compute(share, group -> of.apply(group.pick(pictures, read))))));
    return batch;
  }

  /** Draws standard normal noise for some rows. */
  static List<float[]> noises(int rows, int size, SplittableRandom random) {
    List<float[]> noises = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      float[] noise = new float[size];
      for (int i = 0; i < size; i++) {
        noise[i] = (float) random.nextGaussian();
      }
      noises.add(noise);
    }
    return noises;
  }
}
