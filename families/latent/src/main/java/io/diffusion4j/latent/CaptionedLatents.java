package io.diffusion4j.latent;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.ImageBuckets;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.RowGroups;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Batches of noisy latents with the states of the captions for the U-Net.
 *
 * @param data the examples, taken in order, those of a batch in one of the sizes
 * @param sizes the sizes of the pictures, by the form of a batch
 * @param vae the autoencoder
 * @param encoded computes or finds the encoder's answer to a picture
 * @param drawn whether a latent is drawn from that answer anew each time; otherwise it is the mode
 * @param text encodes the captions
 * @param drop the probability of replacing a caption by the empty text
 * @param noise the forward process
 * @param batchSize examples per batch
 * @param seed the seed of latents, timesteps, noise and dropping
 */
record CaptionedLatents(
    CaptionedImages data,
    ImageBuckets sizes,
    Vae vae,
    Function<Image, float[]> encoded,
    boolean drawn,
    TextEncoder text,
    double drop,
    NoisedBatch noise,
    int batchSize,
    long seed)
    implements BatchSource {
  CaptionedLatents {
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
    Image one = examples.get(0).image();
    int size = one.width() / vae.factor() * (one.height() / vae.factor()) * vae.latentChannels();
    boolean[] dropped = new boolean[batchSize];
    for (int i = 0; i < batchSize; i++) {
      dropped[i] = random.nextDouble() < drop;
    }
    List<String> texts =
        IntStream.range(read.from(), read.to())
            .mapToObj(i -> dropped[i] ? "" : examples.get(i - read.from()).caption())
            .toList();
    List<float[]> states =
        groups.compute(
            share,
            group ->
                text.encode(group.pick(texts, read)).stream().map(TextEncoding::hidden).toList());
    AutoencoderBatches.noises(share.from(), size, random); // of rows before
    var noises = AutoencoderBatches.noises(share.count(), size, random);
    AutoencoderBatches.noises(batchSize - share.to(), size, random);
    List<float[]> clean = new ArrayList<>(share.count());
    for (CaptionedImage example : share.pick(examples, read)) {
      float[] z = drawn ? noises.get(clean.size()) : new float[size];
      clean.add(VaeModel.sample(vae, encoded.apply(example.image()), z));
    }
    var batch =
        new Batch(share.count(), sizes.indexOf(one))
            .floats(LatentBackbone.CONTEXT, Rows.stack(states));
    noise.skip(share.from(), size, random);
    noise.addTo(batch, clean, random);
    return batch;
  }
}
