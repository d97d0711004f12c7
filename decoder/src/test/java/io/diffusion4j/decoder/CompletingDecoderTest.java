package io.diffusion4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.stage.Projection.Known;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A decoder that completes images sees what is known of them, and nothing else. */
class CompletingDecoderTest {
  private static final UnetConfig PLAIN =
      new UnetConfig(
          8,
          3,
          6,
          List.of(8, 16),
          List.of(false, true),
          true,
          1,
          8,
          8,
          4,
          1e-5,
          TimeConditioning.SCALE_SHIFT);
  private static final TextProjection PROJECTION =
      new TextProjection(2, 8, PLAIN.timeEmbedDim(), 8);

  private static float[] gaussian(int size) {
    return Init.normal(1).values(new long[] {size}, new SplittableRandom(size));
  }

  private static float[] answer(DecoderModel model, Optional<Known> known) {
    float[] present = new float[5];
    Arrays.fill(present, 1);
    var condition =
        new DecoderCondition(gaussian(40), present, gaussian(PLAIN.timeEmbedDim()), known);
    var query = new Query<>(gaussian(192), 300.0, condition);
    return model.denoiser().predict(List.of(query)).get(0).output();
  }

  @Test
  void knownPixelsAreSeenAndUnknownOnesAreNot() {
    var compute = Compute.of(Precision.FLOAT32);
    try (var model = DecoderModel.random(PLAIN.withInChannels(7), PROJECTION, 3, 1, compute)) {
      assertThat(model.completes()).isTrue();
      float[] mask = new float[64];
      Arrays.fill(mask, 0, 32, 1);
      float[] pixels = gaussian(192);
      float[] half = answer(model, Optional.of(new Known(pixels, mask)));
      assertThat(half).isNotEqualTo(answer(model, Optional.empty()));
      float[] other = pixels.clone();
      Arrays.fill(other, 96, 192, 0.5f); // below the mask
      assertThat(answer(model, Optional.of(new Known(other, mask)))).isEqualTo(half);
      other[0] = 0.5f;
      assertThat(answer(model, Optional.of(new Known(other, mask)))).isNotEqualTo(half);
    }
    try (var model = DecoderModel.random(PLAIN, PROJECTION, 3, 1, compute)) {
      assertThat(model.completes()).isFalse();
    }
  }
}
