package io.diffusion4j.diffusion.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.NonFinitePredictionException;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.denoiser.ToyDenoiser;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.BetaSchedule;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimInversion;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.diffusion.solver.EulerSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiffusionStageTest {
  private static final Sampler DDPM = new DdpmSampler(VarianceType.LEARNED_RANGE);

  private final ToyDenoiser network = new ToyDenoiser();
  private final DiffusionStage<Double> stage = stage(network);

  private static DiffusionStage<Double> stage(Denoiser<Double> denoiser) {
    return new DiffusionStage<>(
        "toy",
        denoiser,
        new CosineSchedule(1000),
        TimestepSpacings.UNCLIP,
        Thresholding.clip(1),
        32);
  }

  private static SamplingSettings settings(Sampler sampler, int steps) {
    return new SamplingSettings(sampler, steps, 1);
  }

  private static Draw<Double> draw(int image) {
    return new Draw<>((double) image, new PhiloxNoise(1, image));
  }

  @Test
  void theNetworkIsAskedOncePerStepForAllSamples() {
    List<float[]> samples =
        stage.sample(List.of(draw(0), draw(1), draw(2)), settings(DDPM, 10), SamplingListener.NONE);
    assertThat(samples).hasSize(3).allSatisfy(sample -> assertThat(sample).hasSize(32));
    assertThat(network.batches).hasSize(10).containsOnly(3);
  }

  static SortedSet<String> samplers() {
    return Samplers.standard().names();
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void aSampleIsTheSameAgainAndInAnyBatch(String sampler) {
    SamplingSettings settings = settings(Samplers.standard().named(sampler), 10);
    List<float[]> together =
        stage.sample(List.of(draw(0), draw(1), draw(2)), settings, SamplingListener.NONE);
    for (int image = 0; image < 3; image++) {
      assertThat(stage.sample(List.of(draw(image)), settings, SamplingListener.NONE).get(0))
          .isEqualTo(together.get(image));
    }
  }

  @Test
  void aSampleOfClippedEstimatesLiesInTheRange() {
    float[] sample =
        stage.sample(List.of(draw(0)), settings(DDPM, 10), SamplingListener.NONE).get(0);
    for (float value : sample) {
      assertThat(value).isBetween(-1f, 1f);
    }
  }

  @Test
  void settingsMaySayWhichTimestepsAreKeptAndWhatIsDoneToX0() {
    SamplingSettings defaults = settings(new DdimSampler(0), 4);
    TimestepSpacing trailing = TimestepSpacings.standard().named("trailing");
    assertThat(stage.plan(defaults.withSpacing(trailing)).steps())
        .extracting(step -> (int) step.t())
        .isEqualTo(trailing.of(1000, 4).values());
    float[] zeros =
        stage
            .sample(
                List.of(draw(0)),
                defaults.withTreatment(x0 -> Arrays.fill(x0, 0)),
                SamplingListener.NONE)
            .get(0);
    assertThat(zeros).containsOnly(0); // x̂₀, the end of the trajectory
  }

  @Test
  void theListenerIsCalledBeforeTheFirstStepAndAfterEach() {
    List<String> seen = new ArrayList<>();
    stage.sample(
        List.of(draw(0), draw(1)),
        settings(DDPM, 3),
        progress ->
            seen.add(
                progress.stage()
                    + " "
                    + progress.step()
                    + "/"
                    + progress.steps()
                    + " "
                    + progress.x0().size()));
    assertThat(seen).containsExactly("toy 0/3 0", "toy 1/3 2", "toy 2/3 2", "toy 3/3 2");
  }

  @Test
  void theListenerCanStop() {
    assertThatThrownBy(
            () ->
                stage.sample(
                    List.of(draw(0)),
                    settings(DDPM, 10),
                    progress -> {
                      if (progress.step() == 4) {
                        throw new CancellationException("enough");
                      }
                    }))
        .isInstanceOf(CancellationException.class)
        .hasMessage("enough");
    assertThat(network.batches).hasSize(4);
  }

  @Test
  void noiseIsDrawnAtItsAddressAndOnlyWhereItIsNeeded() {
    List<String> drawn = new ArrayList<>();
    NoiseSource source =
        (name, step, size) -> {
          drawn.add(name + " " + step + " " + size);
          return new float[size];
        };
    stage.sample(List.of(new Draw<>(0.0, source)), settings(DDPM, 4), SamplingListener.NONE);
    assertThat(drawn).containsExactly("toy -1 32", "toy 0 32", "toy 1 32", "toy 2 32");
    drawn.clear();
    stage.sample(
        List.of(new Draw<>(0.0, source)), settings(new DdimSampler(0), 4), SamplingListener.NONE);
    assertThat(drawn).containsExactly("toy -1 32");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void anAnswerThatIsNotFiniteStopsAndNamesStageAndStep(float bad) {
    Denoiser<Double> broken =
        new Denoiser<>() {
          @Override
          public Parameterization parameterization() {
            return network.parameterization();
          }

          @Override
          public List<Prediction> predict(List<Query<Double>> queries) {
            List<Prediction> answers = network.predict(queries);
            if (network.batches.size() == 3) {
              answers.get(1).output()[7] = bad;
            }
            return answers;
          }
        };
    assertThatThrownBy(
            () ->
                stage(broken)
                    .sample(List.of(draw(0), draw(1)), settings(DDPM, 7), SamplingListener.NONE))
        .isInstanceOf(NonFinitePredictionException.class)
        .hasMessage(
            "toy: "
                + bad
                + " in the network's output at step 2 of 7 (t = 666.0, sample 1; expected:"
                + " finite)");
  }

  @Test
  void moreStepsThanTheScheduleHasAreRefused() {
    assertThatThrownBy(
            () -> stage.sample(List.of(draw(0)), settings(DDPM, 1001), SamplingListener.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 1001 (expected: in [1, 1000])");
  }

  @Test
  void nothingDrawnIsNothingAsked() {
    assertThat(stage.sample(List.of(), settings(DDPM, 10), SamplingListener.NONE)).isEmpty();
    assertThat(network.batches).isEmpty();
  }

  @Test
  void theInitialNoiseHasTheScaleOfThePlan() {
    List<float[]> asked = new ArrayList<>();
    Denoiser<Double> recording =
        new Denoiser<>() {
          @Override
          public Parameterization parameterization() {
            return network.parameterization();
          }

          @Override
          public List<Prediction> predict(List<Query<Double>> queries) {
            asked.add(queries.get(0).xt());
            return network.predict(queries);
          }
        };
    var schedule = BetaSchedule.constant(50, 0.02); // whose end keeps some of the data
    var stage =
        new DiffusionStage<>(
            "toy", recording, schedule, TimestepSpacings.UNCLIP, Thresholding.clip(1), 32);
    stage.sample(List.of(draw(0)), settings(new EulerSampler(), 3), SamplingListener.NONE);
    double scale = Math.sqrt(1 - schedule.alphaBar(49));
    float[] noise = draw(0).noise().gaussian("toy", NoiseSource.INITIAL, 32);
    for (int i = 0; i < 32; i++) {
      assertThat(asked.get(0)[i]).isEqualTo((float) (noise[i] * scale));
    }
  }

  @Test
  void aPlanCanStartFromGivenSamples() {
    float[] clean = draw(0).noise().gaussian("image", 0, 32);
    List<float[]> noisy =
        stage.sampleFrom(
            List.of(clean),
            List.of(draw(0)),
            stage.plan(settings(new DdimInversion(), 20)),
            SamplingListener.NONE);
    assertThat(noisy.get(0)).isNotEqualTo(clean);
    assertThatThrownBy(
            () ->
                stage.sampleFrom(
                    List.of(new float[31]),
                    List.of(draw(0)),
                    stage.plan(settings(DDPM, 2)),
                    SamplingListener.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("start: 31 values (expected: 32)");
  }
}
