package io.diffusion4j.decoder;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.stage.Projection.Known;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.RowGroups;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batches of noisy pictures with the embeddings of the clean ones and their captions for the {@link
 * DecoderObjective}.
 *
 * @param data the examples, taken in order, at least as large as the decoder's images
 * @param textEncoder CLIP's, frozen
 * @param embedder finds the embeddings of the images
 * @param objective the networks
 * @param noise the forward process
 * @param drop how often image and text are dropped together, for classifier-free guidance
 * @param textDrop how often the text alone is dropped, in addition
 * @param batchSize examples per batch
 * @param seed seed of timesteps, noise and dropping
 */
public record DecoderBatches(
    CaptionedImages data,
    TextEncoder textEncoder,
    ImageEmbedder embedder,
    DecoderObjective objective,
    NoisedBatch noise,
    double drop,
    double textDrop,
    int batchSize,
    long seed)
    implements BatchSource {
  private static final float[] NO_IMAGE = {};

  public DecoderBatches {
    Check.that(
        drop >= 0 && textDrop >= 0 && drop + textDrop <= 1,
        "drop, textDrop",
        drop + ", " + textDrop,
        "≥ 0, at most 1 together");
  }

  @Override
  public Batch batch(long step) {
    return rows(step, new RowRange(0, batchSize));
  }

  @Override
  public Batch rows(long step, RowRange share) {
    var random = BatchSource.random(seed, step);
    double[] chances = new double[batchSize];
    for (int i = 0; i < batchSize; i++) {
      chances[i] = random.nextDouble();
    }
    var groups = new RowGroups(batchSize);
    RowRange read = groups.covering(share);
    List<CaptionedImage> examples = new ArrayList<>(read.count());
    for (int i = read.from(); i < read.to(); i++) {
      examples.add(data.get(step * batchSize + i));
    }
    List<float[]> embeddings =
        new ArrayList<>(groups.compute(share, group -> embedder.embed(group.pick(examples, read))));
    List<TextEncoding> texts =
        groups.compute(
            share,
            group -> textEncoder.encode(captions(group.pick(examples, read), group, chances)));
    int size = objective.backbone().sampleSize();
    List<float[]> pixels = new ArrayList<>(share.count());
    for (CaptionedImage example : share.pick(examples, read)) {
      if (chances[share.from() + pixels.size()] < drop) {
        embeddings.set(pixels.size(), NO_IMAGE);
      }
      pixels.add(Resize.area(example.image(), size, size).pixels());
    }
    var batch = new Batch(share.count());
    DecoderModel.feed(batch, objective.projection(), embeddings, texts);
    batch.floats(
        DecoderObjective.PRESENT,
        Rows.stack(
            texts.stream().map(t -> DecoderModel.present(objective.projection(), t)).toList()));
    noise.skip(share.from(), 3 * size * size, random);
    noise.addTo(batch, pixels, random);
    noise.skip(batchSize - share.to(), 3 * size * size, random);
    if (new DecoderNetwork(objective.backbone(), 1).beside().known()) {
      for (int i = 0; i < share.from(); i++) {
        RandomMask.of(size, random); // of a row before
      }
      DecoderModel.feedKnown(
          batch,
          pixels.stream().map(image -> new Known(image, RandomMask.of(size, random))).toList());
    }
    return batch;
  }

  private List<String> captions(List<CaptionedImage> examples, RowRange rows, double[] chances) {
    return IntStream.range(0, examples.size())
        .mapToObj(i -> chances[rows.from() + i] < drop + textDrop ? "" : examples.get(i).caption())
        .toList();
  }
}
