package io.diffusion4j.diffusion.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LastStepDenoiserTest implements DenoiserContract<Double> {
  private static final Denoiser<Double> CONSTANT =
      new Denoiser<>() {
        @Override
        public Parameterization parameterization() {
          return Parameterization.EPS;
        }

        @Override
        public List<Prediction> predict(List<Query<Double>> queries) {
          return queries.stream().map(query -> Prediction.of(query.xt().clone())).toList();
        }
      };

  private final ToyDenoiser first = new ToyDenoiser();

  @Override
  public Denoiser<Double> denoiser() {
    return new LastStepDenoiser<>(first, CONSTANT);
  }

  private static Query<Double> query(int image, double t) {
    return new Query<>(new PhiloxNoise(2, image).gaussian("x", 0, 16), t, 1.0);
  }

  private static Query<Double> last(int image, double t) {
    return query(image, t).withRow(Rows.LAST);
  }

  @Override
  public List<Query<Double>> queries() {
    return List.of(last(0, 142), query(1, 999), last(2, 0), query(3, 0));
  }

  @Test
  void onlyTheLastStepGoesToTheLastNetwork() {
    List<Prediction> answers = denoiser().predict(queries());
    assertThat(first.batches).containsExactly(2);
    assertThat(answers.get(0).output()).isEqualTo(last(0, 142).xt());
    assertThat(answers.get(2).output()).isEqualTo(last(2, 0).xt());
    assertThat(answers.get(1).hasVariance()).isTrue();
    assertThat(answers.get(3).hasVariance()).isTrue();
  }

  @Test
  void aNetworkWithoutQueriesIsNotAsked() {
    denoiser().predict(List.of(last(0, 0)));
    assertThat(first.batches).isEmpty();
  }

  /** As in diffusers, which counts steps: the last timestep need not be 0. */
  @ParameterizedTest
  @CsvSource({"unclip", "linspace", "leading", "trailing", "sections"})
  void theLastNetworkMakesTheLastStepWithAnySpacing(String spacing) {
    for (String sampler : Samplers.standard().names()) {
      for (int steps : new int[] {1, 2, 7}) {
        var counted = new ToyDenoiser();
        var stage =
            new DiffusionStage<>(
                "toy",
                new LastStepDenoiser<>(first, counted),
                new LinearSchedule(1000),
                TimestepSpacings.standard().named(spacing),
                Thresholding.NONE,
                16);
        stage.sample(
            List.of(new Draw<>(1.0, new PhiloxNoise(2, 0))),
            new SamplingSettings(Samplers.standard().named(sampler), steps, 1),
            SamplingListener.NONE);
        assertThat(counted.batches)
            .as("%s, %s, %s steps", sampler, spacing, steps)
            .containsExactly(1);
      }
    }
  }

  @Test
  void bothMustPredictTheSameThing() {
    Denoiser<Double> other =
        new Denoiser<>() {
          @Override
          public Parameterization parameterization() {
            return Parameterization.X0;
          }

          @Override
          public List<Prediction> predict(List<Query<Double>> queries) {
            return CONSTANT.predict(queries);
          }
        };
    assertThatThrownBy(() -> new LastStepDenoiser<>(first, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("parameterization: X0 of the last step (expected: EPS, that of the others)");
  }
}
