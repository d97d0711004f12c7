package io.diffusion4j.decoder;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.stage.Projection.Known;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import java.util.ArrayList;
import java.util.List;

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
    var random = BatchSource.random(seed, step);
    int size = objective.backbone().sampleSize();
    List<CaptionedImage> examples = new ArrayList<>(batchSize);
    List<float[]> pixels = new ArrayList<>(batchSize);
    List<String> captions = new ArrayList<>(batchSize);
    boolean[] dropped = new boolean[batchSize];
    for (int i = 0; i < batchSize; i++) {
      var example = data.get(step * batchSize + i);
      examples.add(example);
      pixels.add(Resize.area(example.image(), size, size).pixels());
      double u = random.nextDouble();
      dropped[i] = u < drop;
      captions.add(u < drop + textDrop ? "" : example.caption());
    }
    List<float[]> embeddings = new ArrayList<>(embedder.embed(examples));
    for (int i = 0; i < batchSize; i++) {
      if (dropped[i]) {
        embeddings.set(i, NO_IMAGE);
      }
    }
    var texts = textEncoder.encode(captions);
    var batch = new Batch(batchSize);
    DecoderModel.feed(batch, objective.projection(), embeddings, texts);
    batch.floats(
        DecoderObjective.PRESENT,
        Rows.stack(
            texts.stream().map(t -> DecoderModel.present(objective.projection(), t)).toList()));
    noise.addTo(batch, pixels, random);
    if (new DecoderNetwork(objective.backbone(), 1).beside().known()) {
      DecoderModel.feedKnown(
          batch,
          pixels.stream().map(image -> new Known(image, RandomMask.of(size, random))).toList());
    }
    return batch;
  }
}
