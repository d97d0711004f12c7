package io.diffusion4j.kandinsky;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.decoder.RandomMask;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.kandinsky.KandinskyUnet.ConcatConditioning;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.RowGroups;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Batches of noisy latents with the image embeddings of the pictures for the {@link
 * LatentObjective}. Captions are not used.
 *
 * @param data the examples, taken in order
 * @param side height and width of the pictures whose latents are trained on, in pixels
 * @param latents computes or finds the latent {@code [H, W, Z]} of a picture of that size
 * @param embedder finds the embeddings of the pictures
 * @param nothing the embedding that stands for no picture, computed only if pictures are dropped
 * @param drop the probability of replacing an embedding by that of nothing
 * @param objective the network, with square latents
 * @param noise the forward process
 * @param batchSize examples per batch
 * @param seed the seed of timesteps, noise, masks and dropping
 */
public record LatentBatches(
    CaptionedImages data,
    int side,
    Function<Image, float[]> latents,
    ImageEmbedder embedder,
    Supplier<float[]> nothing,
    double drop,
    LatentObjective objective,
    NoisedBatch noise,
    int batchSize,
    long seed)
    implements BatchSource {
  public LatentBatches {
    Check.share("drop", drop);
  }

  @Override
  public Batch batch(long step) {
    return rows(step, new RowRange(0, batchSize));
  }

  @Override
  public Batch rows(long step, RowRange share) {
    var random = BatchSource.random(seed, step);
    var groups = new RowGroups(batchSize);
    RowRange read = groups.covering(share);
    long first = step * batchSize;
    List<CaptionedImage> examples = data.range(first + read.from(), first + read.to());
    List<float[]> embeddings =
        new ArrayList<>(groups.compute(share, group -> embedder.embed(group.pick(examples, read))));
    List<float[]> clean =
        share.pick(examples, read).stream()
            .map(
                example ->
                    latents.apply(InitialLatents.resized(example.image(), Pixels.square(side))))
            .toList();
    for (int i = 0; i < batchSize; i++) {
      boolean isDropped = random.nextDouble() < drop;
      if (isDropped && i >= share.from() && i < share.to()) {
        embeddings.set(i - share.from(), nothing.get());
      }
    }
    var batch = new Batch(share.count()).floats(KandinskyUnet.EMBEDDING, Rows.stack(embeddings));
    int size = clean.get(0).length;
    noise.skip(share.from(), size, random);
    noise.addTo(batch, clean, random);
    noise.skip(batchSize - share.to(), size, random);
    if (objective.unet().concat() == ConcatConditioning.KNOWN) {
      for (int i = 0; i < share.from(); i++) {
        RandomMask.of(objective.size().width(), random); // of a row before
      }
      batch.floats(
          KandinskyUnet.CONCAT,
          Rows.stack(clean.stream().map(latent -> known(latent, random)).toList()));
    }
    return batch;
  }

  /** Returns the known latents and their mask, {@code [H, W, Z + 1]}, as in inpainting. */
  private float[] known(float[] latent, SplittableRandom random) {
    return InitialLatents.Around.concat(latent, RandomMask.of(objective.size().width(), random));
  }
}
