package io.diffusion4j.decoder;

import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The training of a small decoder on random pictures, embeddings and texts.
 *
 * @param decoder its network
 * @param rows of a batch
 * @param tokens of a text
 */
record LittleDecoding(Backbone decoder, int rows, int tokens) {
  private static final int EXTRA_TOKENS = 2;

  /** A U-Net of two levels that has every kind of layer. */
  static UnetConfig unet(int sampleSize, List<Integer> channels) {
    return new UnetConfig(
        sampleSize,
        3,
        6,
        channels,
        List.of(false, true),
        true,
        1,
        16,
        16,
        8,
        1e-5,
        TimeConditioning.SCALE_SHIFT);
  }

  DecoderObjective objective() {
    var projection =
        new TextProjection(EXTRA_TOKENS, embedding(), decoder.timeEmbedDim(), embedding());
    return new DecoderObjective(decoder, projection, tokens);
  }

  private int embedding() {
    return decoder.contextDim();
  }

  /** The batch of a step; texts are of different lengths, and some rows lack the embedding. */
  Batch batch(long step) {
    var random = new SplittableRandom(step);
    float[] conditional = new float[rows];
    for (int i = 0; i < rows; i++) {
      conditional[i] = i % 3 == 1 ? 0 : 1;
    }
    int length = EXTRA_TOKENS + tokens;
    float[] present = new float[rows * length];
    for (int i = 0; i < present.length; i++) {
      present[i] = i % length < length / 2 + i / length ? 1 : 0;
    }
    var batch =
        new Batch(rows)
            .floats(DecoderObjective.IMAGE_EMBEDDING, gaussian(random, rows * embedding()))
            .floats(DecoderObjective.CONDITIONAL, conditional)
            .floats(DecoderObjective.TEXT_EMBEDDING, gaussian(random, rows * embedding()))
            .floats(DecoderObjective.HIDDEN, gaussian(random, rows * tokens * embedding()))
            .floats(DecoderObjective.PRESENT, present);
    return noised(batch, rows, decoder, random);
  }

  /** Adds noisy pictures, and what their loss needs. */
  static Batch noised(Batch batch, int rows, Backbone network, SplittableRandom random) {
    List<float[]> clean = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      float[] x0 = gaussian(random, network.sampleSize() * network.sampleSize() * 3);
      for (int j = 0; j < x0.length; j++) {
        x0[j] = (float) Math.tanh(x0[j]);
      }
      clean.add(x0);
    }
    new NoisedBatch(
            new CosineSchedule(1000),
            Parameterization.X0,
            Weighting.minSnrPlusOne(5),
            network::sinusoid)
        .addTo(batch, clean, random);
    return batch;
  }

  static float[] gaussian(SplittableRandom random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
