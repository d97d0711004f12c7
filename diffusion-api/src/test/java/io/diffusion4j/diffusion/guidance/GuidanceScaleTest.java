package io.diffusion4j.diffusion.guidance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.ToyDenoiser;
import io.diffusion4j.diffusion.guidance.GuidanceRamp.Shape;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GuidanceScaleTest {
  private static final NoiseSchedule SCHEDULE = new CosineSchedule(1000);

  @ParameterizedTest
  @EnumSource(names = {"LINEAR", "COSINE"}) // COGVIDEOX has its middle elsewhere, see GuiderTest
  void aRampGoesFromOneEndToTheOther(Shape shape) {
    var rising = new GuidanceRamp(1, 7, 1000, shape);
    assertThat(rising.at(999)).isEqualTo(1);
    assertThat(rising.at(0)).isEqualTo(7);
    assertThat(rising.at(499.5)).isCloseTo(4, within(1e-12));
    for (int t = 1; t < 1000; t++) {
      assertThat(rising.at(t)).isLessThan(rising.at(t - 1));
    }
  }

  @Test
  void aCosineIsLevelAtItsEnds() {
    var cosine = new GuidanceRamp(0, 1, 1001, Shape.COSINE);
    var linear = new GuidanceRamp(0, 1, 1001, Shape.LINEAR);
    assertThat(cosine.at(250)).isCloseTo((1 + Math.sqrt(0.5)) / 2, within(1e-12));
    assertThat(linear.at(250)).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void anIntervalOfNoiseLevelsHoldsTheTimestepsInside() {
    var interval = GuidanceInterval.ofSigma(GuidanceScale.constant(3), SCHEDULE, 0.28, 2.9);
    for (int t = 0; t < 1000; t++) {
      double sigma = Math.sqrt((1 - SCHEDULE.alphaBar(t)) / SCHEDULE.alphaBar(t));
      assertThat(interval.at(t)).as("t = %d", t).isEqualTo(sigma > 0.28 && sigma <= 2.9 ? 3 : 1);
    }
  }

  @Test
  void outsideTheIntervalTheNetworkIsAskedHalfAsMuch() {
    var network = new ToyDenoiser();
    var stage =
        new DiffusionStage<>(
            "toy",
            new GuidedDenoiser<>(network),
            SCHEDULE,
            TimestepSpacings.UNCLIP,
            Thresholding.clip(1),
            16);
    var scale = new GuidanceInterval(new GuidanceRamp(5, 2, 1000, Shape.LINEAR), 300, 700);
    stage.sample(
        List.of(new Draw<>(new Guidance<>(1.0, 0.0, scale), new PhiloxNoise(1, 0))),
        new SamplingSettings(new DdimSampler(0), 10, 1), // 999, 888, 777, 666, 555, 444, 333, 222 …
        SamplingListener.NONE);
    assertThat(network.batches).containsExactly(1, 1, 1, 2, 2, 2, 2, 1, 1, 1);
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new GuidanceRamp(1, -1, 1000, Shape.LINEAR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("guidanceScale: -1.0 (expected: ≥ 0 and finite)");
    assertThatThrownBy(() -> new SamplingSettings(new DdimSampler(0), 10, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("guidanceScale: NaN (expected: ≥ 0 and finite)");
    assertThatThrownBy(() -> new GuidanceRamp(1, 1, 0, Shape.LINEAR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 0 (expected: ≥ 1)");
    GuidanceScale one = GuidanceScale.constant(1);
    assertThatThrownBy(() -> new GuidanceInterval(one, 5, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("guidanceInterval: [5.0, 4.0] (expected: from ≤ to)");
    assertThatThrownBy(() -> GuidanceInterval.ofSigma(one, SCHEDULE, 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sigma: (2.0, 1.0] (expected: 0 ≤ low < high)");
    assertThatThrownBy(() -> GuidanceInterval.ofSigma(one, SCHEDULE, 0, 1e-9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sigma: (0.0, 1.0E-9] (expected: a timestep inside)");
  }
}
