package io.diffusion4j.kandinsky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.kandinsky.KandinskyUnet.ConcatConditioning;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.diffusion.DiffusionLoss;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The loss is that of diffusers' prediction, and batches are what the forward process makes. */
class LatentTrainingTest {
  private static final int LATENT = 4;
  private static final int SIDE = 8;
  private static final float[] NOTHING = {7, 7, 7};

  @GoldenTest(GoldenKind.KANDINSKY_UNET)
  void theLossIsTheSquareErrorOfDiffusersPrediction(GoldenCase golden) {
    var unet = KandinskyUnet.read(golden.folder());
    var io = golden.io();
    var size = new Pixels(io.size("in.sample", 3), io.size("in.sample", 2));
    if (unet.concat() == ConcatConditioning.HINT) {
      assertThatThrownBy(() -> new LatentObjective(unet, size, false))
          .hasMessageContaining("(expected: one for texts or for inpainting");
      return;
    }
    int rows = io.size("in.sample", 0);
    int channels = unet.latentChannels();
    float[] predicted = channels(io.image("out"), io.size("out", 1), 0, channels);
    var random = new SplittableRandom(3);
    float[] target = new float[predicted.length];
    double square = 0;
    for (int i = 0; i < target.length; i++) {
      target[i] = (float) random.nextGaussian();
      double error = target[i] - predicted[i];
      square += error * error;
    }
    double expected = square / target.length;
    var batch = batch(unet, io, target);
    for (String engine : List.of("tensorflow", "onednn")) {
      var config =
          TrainingConfig.of(1, rows, 1e-3, 1)
              .withCompute(Compute.of(Precision.FLOAT32).withEngine(engine));
      try (var trainer = new Trainer(new LatentObjective(unet, size, false), config)) {
        trainer.startFrom(weights(golden.folder()));
        assertThat(trainer.evaluate(batch).loss())
            .as(engine)
            .isCloseTo(expected, within(1e-5 * expected));
      }
    }
  }

  private static TensorSource weights(Path folder) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS)) {
      return new TensorMap().putAll(LatentObjective.NETWORK + ".", checkpoint);
    }
  }

  private static Batch batch(KandinskyUnet unet, GoldenTensors io, float[] target) {
    int rows = io.size("in.sample", 0);
    int latent = unet.latentChannels();
    float[] time = TimeEmbedding.sinusoid(io.floats("in.timestep")[0], unet.unet().timeChannels());
    float[] input = io.image("in.sample");
    int given = io.size("in.sample", 1);
    float[] row = {1, 0, 0, 0, 0, 1000, 1, 0}; // plain squared error
    var batch =
        new Batch(rows)
            .floats(NetworkDenoiser.SAMPLE, channels(input, given, 0, latent))
            .floats(NetworkDenoiser.TIME, Rows.stack(Collections.nCopies(rows, time)))
            .floats(KandinskyUnet.EMBEDDING, io.floats("in.image_embeds"))
            .floats(DiffusionLoss.TARGET, target)
            .floats(DiffusionLoss.X0, new float[target.length])
            .floats(DiffusionLoss.ROW, Rows.stack(Collections.nCopies(rows, row)));
    return unet.concat() == ConcatConditioning.KNOWN
        ? batch.floats(KandinskyUnet.CONCAT, channels(input, given, latent, given))
        : batch;
  }

  private static float[] channels(float[] pixels, int channels, int from, int to) {
    float[] part = new float[pixels.length / channels * (to - from)];
    for (int i = 0; i < part.length; i++) {
      part[i] = pixels[i / (to - from) * channels + from + i % (to - from)];
    }
    return part;
  }

  /** A picture that is brighter with its number; a value of its latent is that brightness. */
  private static final CaptionedImages PICTURES =
      index -> {
        float[] pixels = new float[4 * SIDE * SIDE * 3];
        Arrays.fill(pixels, index / 127.5f - 1);
        return new CaptionedImage(new Image(2 * SIDE, 2 * SIDE, pixels), "");
      };

  private static float[] latent(Image picture) {
    assertThat(picture.width()).isEqualTo(SIDE);
    float[] latent = new float[4 * LATENT];
    Arrays.fill(latent, picture.pixels()[0]);
    return latent;
  }

  private static LatentBatches batches(ConcatConditioning concat, double drop) {
    var small = KandinskyConfig.small().unet();
    var unet =
        new KandinskyUnet(small.unet().withInChannels(LATENT + concat.channels(LATENT)), 3, concat);
    var scheduler = SchedulerConfig.kandinsky();
    return new LatentBatches(
        PICTURES,
        SIDE,
        LatentTrainingTest::latent,
        examples ->
            examples.stream()
                .map(example -> new float[] {example.image().pixels()[0], 0, 0})
                .toList(),
        () -> NOTHING,
        drop,
        new LatentObjective(unet, Pixels.square(2), false),
        new NoisedBatch(
            scheduler.schedule(),
            scheduler.parameterization(),
            Weighting.SIMPLE,
            t -> new float[] {(float) t}),
        8,
        5);
  }

  @Test
  void latentsAreNoisedAsThePublishedScheduleDoesAndTheNoiseIsTheTarget() {
    var batch = batches(ConcatConditioning.NOTHING, 0).batch(2);
    var schedule = SchedulerConfig.kandinsky().schedule();
    for (int row = 0; row < 8; row++) {
      int t = (int) batch.floats(NetworkDenoiser.TIME, 1)[row];
      double aBar = schedule.alphaBar(t);
      float x0 = (2 * 8 + row) / 127.5f - 1;
      assertThat(batch.floats(KandinskyUnet.EMBEDDING, 3)[3 * row]).isEqualTo(x0);
      for (int i = 0; i < 4 * LATENT; i++) {
        float eps = batch.floats(DiffusionLoss.TARGET, 2, 2, LATENT)[row * 4 * LATENT + i];
        assertThat(
                (double) batch.floats(NetworkDenoiser.SAMPLE, 2, 2, LATENT)[row * 4 * LATENT + i])
            .isCloseTo(Math.sqrt(aBar) * x0 + Math.sqrt(1 - aBar) * eps, within(1e-6));
      }
    }
  }

  @Test
  void aDroppedPictureIsShownAsNone() {
    float[] embeddings =
        batches(ConcatConditioning.NOTHING, 1).batch(0).floats(KandinskyUnet.EMBEDDING, 3);
    assertThat(embeddings).containsOnly(7);
  }

  @Test
  void inpaintingSeesTheKnownLatentsAndWhichTheyAre() {
    Set<Float> masks = new HashSet<>();
    float[] concat =
        batches(ConcatConditioning.KNOWN, 0)
            .batch(1)
            .floats(KandinskyUnet.CONCAT, 2, 2, LATENT + 1);
    for (int at = 0; at < concat.length; at += LATENT + 1) {
      float known = concat[at + LATENT];
      float x0 = (8 + at / (4 * (LATENT + 1))) / 127.5f - 1;
      masks.add(known);
      for (int c = 0; c < LATENT; c++) {
        assertThat(concat[at + c]).isEqualTo(known * x0);
      }
    }
    assertThat(masks).containsExactlyInAnyOrder(0f, 1f);
  }
}
