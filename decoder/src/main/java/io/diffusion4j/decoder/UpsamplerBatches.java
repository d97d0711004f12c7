package io.diffusion4j.decoder;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Batches of crops of noisy pictures with the same crop of the enlarged small picture for the
 * {@link UpsamplerObjective}. Some of the small pictures are blurred first, because the decoder's
 * images are never quite sharp (DALL-E 2, §2.1).
 *
 * @param data the examples, taken in order, in the size of the large images
 * @param small height and width of the small images
 * @param crop height and width of the crops of the large images
 * @param noise the forward process
 * @param timesteps the number of timesteps that are trained, counted from the clean end
 * @param blur probability that the small picture is blurred
 * @param batchSize crops per batch
 * @param seed seed of crops, timesteps, noise and blurring
 */
public record UpsamplerBatches(
    CaptionedImages data,
    int small,
    int crop,
    NoisedBatch noise,
    int timesteps,
    double blur,
    int batchSize,
    long seed)
    implements BatchSource {
  private static final double BLUR_SIGMA = 0.6;

  public UpsamplerBatches {
    Check.between("timesteps", timesteps, 1, noise.schedule().steps());
    Check.share("blur", blur);
  }

  @Override
  public Batch batch(long step) {
    return rows(step, new RowRange(0, batchSize));
  }

  @Override
  public Batch rows(long step, RowRange share) {
    var random = BatchSource.random(seed, step);
    List<Image> images = new ArrayList<>(share.count());
    for (int i = share.from(); i < share.to(); i++) {
      images.add(data.get(step * batchSize + i).image());
    }
    int width = images.get(0).width(); // and of all others
    int height = images.get(0).height();
    List<float[]> large = new ArrayList<>(share.count());
    List<float[]> low = new ArrayList<>(share.count());
    for (int i = 0; i < batchSize; i++) {
      boolean isBlurred = random.nextDouble() < blur;
      int left = offset(random, width);
      int top = offset(random, height);
      if (i >= share.from() && i < share.to()) {
        Image image = images.get(i - share.from());
        image.requireSize("picture", width, height, "");
        Image shrunk = Resize.area(image, small, small);
        if (isBlurred) {
          shrunk = Blur.gaussian3(shrunk, BLUR_SIGMA);
        }
        large.add(cut(image, left, top));
        low.add(cut(DiffusionUpsampler.enlarge(shrunk, width), left, top));
      }
    }
    var batch = new Batch(share.count()).floats(UpsamplerObjective.LOW, Rows.stack(low));
    var uniform = TimestepSampler.uniform(timesteps);
    noise.skip(share.from(), 3 * crop * crop, random, uniform);
    noise.addTo(batch, large, random, uniform);
    return batch;
  }

  private int offset(SplittableRandom random, int size) {
    Check.that(size >= crop, "crop", crop, "at most %s", size);
    return random.nextInt(size - crop + 1);
  }

  private float[] cut(Image image, int left, int top) {
    float[] result = new float[crop * crop * 3];
    for (int y = 0; y < crop; y++) {
      int from = ((top + y) * image.width() + left) * 3;
      System.arraycopy(image.pixels(), from, result, y * crop * 3, crop * 3);
    }
    return result;
  }
}
