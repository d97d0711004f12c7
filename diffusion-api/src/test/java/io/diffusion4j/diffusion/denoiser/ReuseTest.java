package io.diffusion4j.diffusion.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidanceInterval;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReuseTest {
  private static final int SIZE = 16;

  /**
   * A network whose prediction depends on the sample, and on a feature of the sample and its
   * condition.
   */
  private static final class DeepDenoiser implements Denoiser<Double> {
    /** For each call, a letter for each row: whole, keeping its feature, or shallow. */
    private final List<String> calls = new ArrayList<>();

    private int failures;

    @Override
    public Parameterization parameterization() {
      return Parameterization.EPS;
    }

    @Override
    public List<Prediction> predict(List<Query<Double>> queries) {
      var call = new StringBuilder();
      List<Prediction> answers = new ArrayList<>();
      for (Query<Double> query : queries) {
        float[] feature = query.reuse().features().orElseGet(() -> feature(query));
        call.append(query.reuse().has() ? 's' : query.reuse().isAsked() ? 'k' : 'w');
        query.reuse().keep(feature);
        float[] output = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
          output[i] = 0.6f * query.xt()[i] + feature[0];
        }
        answers.add(Prediction.of(output));
      }
      calls.add(call.toString());
      if (failures > 0) {
        failures--;
        throw new NativeOutOfMemoryException("one row too many");
      }
      return answers;
    }

    private static float[] feature(Query<Double> query) {
      double sum = query.condition() + query.t() / 1000;
      for (float x : query.xt()) {
        sum += x;
      }
      return new float[] {(float) Math.sin(sum)};
    }
  }

  private final DeepDenoiser network = new DeepDenoiser();

  private static <C> DiffusionStage<C> stage(Denoiser<C> network) {
    return new DiffusionStage<>(
        "toy",
        network,
        new CosineSchedule(1000),
        TimestepSpacings.UNCLIP,
        Thresholding.clip(1),
        SIZE);
  }

  private static SamplingSettings settings(String sampler, int steps, int reuse) {
    return new SamplingSettings(Samplers.standard().named(sampler), steps, 1).withReuse(reuse);
  }

  private static Draw<Double> draw(int image) {
    return new Draw<>((double) image, new PhiloxNoise(1, image));
  }

  @ParameterizedTest
  @CsvSource({
    "8, 1, wwwwwwww",
    "8, 2, ksksksww",
    "8, 3, ksskssww", // nothing takes the features of the seventh step
    "9, 3, ksskssksw",
    "8, 7, kssssssw",
    "8, 100, kssssssw",
    "2, 2, ww",
    "1, 3, w",
  })
  void theFirstStepOfAGroupAndTheLastOfThePlanAreWhole(int steps, int reuse, String expected) {
    stage(network).sample(List.of(draw(0)), settings("ddim", steps, reuse), SamplingListener.NONE);
    assertThat(String.join("", network.calls)).isEqualTo(expected);
  }

  static List<String> samplers() {
    return List.copyOf(Samplers.standard().names());
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void aSampleIsTheSameAloneAndInCompany(String sampler) {
    var settings = settings(sampler, 10, 3);
    var together =
        stage(network).sample(List.of(draw(0), draw(1), draw(2)), settings, SamplingListener.NONE);
    assertThat(network.calls).anyMatch(call -> call.contains("s"));
    for (int image = 0; image < together.size(); image++) {
      assertThat(stage(network).sample(List.of(draw(image)), settings, SamplingListener.NONE))
          .containsExactly(together.get(image));
    }
  }

  @Test
  void stepsInOtherStagesOfTheirGroupsShareCalls() {
    var two = settings("ddim", 8, 2);
    var five = settings("ddim", 8, 5);
    var alone = stage(network).sample(List.of(draw(0)), two, SamplingListener.NONE).get(0);
    var mixed = new ArrayList<Query<Double>>();
    List<Reuse> ofTwo = Reuse.inSteps(2, 8);
    List<Reuse> ofFive = Reuse.inSteps(5, 8);
    for (int step = 0; step < 3; step++) {
      mixed.clear();
      mixed.add(new Query<>(new float[SIZE], 5, 1.0, ofTwo.get(step)));
      mixed.add(new Query<>(new float[SIZE], 5, 2.0, ofFive.get(step)));
      mixed.add(new Query<>(new float[SIZE], 5, 3.0));
      network.predict(mixed);
    }
    assertThat(network.calls).endsWith("kkw", "ssw", "ksw");
    assertThat(stage(network).sample(List.of(draw(0)), five, SamplingListener.NONE).get(0))
        .isNotEqualTo(alone);
  }

  /** The shared network repeats a failed call, for each caller by itself. */
  @ParameterizedTest
  @CsvSource({"1", "2", "3", "4", "5"})
  void aRepeatedCallChangesNothing(int failing) {
    var settings = settings("ddim", 8, 3);
    var expected = stage(network).sample(List.of(draw(0)), settings, SamplingListener.NONE).get(0);
    var calls = List.copyOf(network.calls);
    network.calls.clear();
    Denoiser<Double> repeating =
        new Denoiser<>() {
          private int count;

          @Override
          public Parameterization parameterization() {
            return network.parameterization();
          }

          @Override
          public List<Prediction> predict(List<Query<Double>> queries) {
            if (++count == failing) {
              network.failures = 1;
              assertThatThrownBy(() -> network.predict(queries))
                  .isInstanceOf(NativeOutOfMemoryException.class);
              network.calls.remove(network.calls.size() - 1);
            }
            return network.predict(queries);
          }
        };
    assertThat(stage(repeating).sample(List.of(draw(0)), settings, SamplingListener.NONE))
        .containsExactly(expected);
    assertThat(network.calls).isEqualTo(calls);
  }

  @Test
  void bothPredictionsOfGuidanceHaveFeaturesOfTheirOwn() {
    var settings = settings("ddim", 10, 3); // t = 999, 888, …, 0
    // Guided in the third to sixth step: its group has begun without the unconditional prediction.
    var interval = new GuidanceInterval(GuidanceScale.constant(4), 400, 800);
    var guided = new Draw<>(new Guidance<>(1.0, 0.0, interval), new PhiloxNoise(1, 0));
    stage(new GuidedDenoiser<>(network)).sample(List.of(guided), settings, SamplingListener.NONE);
    // The unconditional row comes first.
    assertThat(network.calls).containsExactly("k", "s", "ks", "kk", "ss", "ss", "k", "s", "s", "w");
  }

  @Test
  void aNetworkOfTheLastStepGetsNoFeaturesOfAnother() {
    var last = new DeepDenoiser();
    var both = new LastStepDenoiser<>(network, last);
    List<Reuse> reuse = Reuse.inSteps(4, 8);
    both.predict(List.of(new Query<>(new float[SIZE], 9, 1.0, reuse.get(0))));
    both.predict(List.of(new Query<>(new float[SIZE], 0, 1.0, reuse.get(1)).withRow(Rows.LAST)));
    assertThat(network.calls).containsExactly("k");
    assertThat(last.calls).containsExactly("w");
  }

  @Test
  void featuresComeBackBitForBit() {
    float[] wide = {1.1f, -0.3f, Float.MIN_VALUE, 0};
    float[] narrow = {1.5f, -0.25f, -0.0f, Float.intBitsToFloat(0x12340000)};
    for (float[] features : List.of(wide, narrow)) {
      List<Reuse> steps = Reuse.inSteps(2, 4);
      steps.get(0).keep(features);
      assertThat(steps.get(1).features().orElseThrow()).containsExactly(features);
      assertThat(steps.get(0).has()).as("of the same step").isFalse();
      assertThat(steps.get(2).has()).as("of another group").isFalse();
    }
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> settings("ddim", 10, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("reuse: 0 (expected: ≥ 1)");
    Stage without = Stage.fixed("prior", 3);
    assertThatThrownBy(() -> without.check(without.defaults().withReuse(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "reuse: 2 (expected: 1; prior has no U-Net, whose deep features could be reused)");
    without.withReuse(true).check(without.defaults().withReuse(2));
  }
}
