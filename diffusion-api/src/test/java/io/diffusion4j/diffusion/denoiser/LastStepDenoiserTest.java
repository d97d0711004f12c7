package io.diffusion4j.diffusion.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.List;
import org.junit.jupiter.api.Test;

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

  @Override
  public List<Query<Double>> queries() {
    return List.of(query(0, 0), query(1, 999), query(2, 0), query(3, 0.5));
  }

  @Test
  void onlyTimestepZeroGoesToTheLastNetwork() {
    List<Prediction> answers = denoiser().predict(queries());
    assertThat(first.batches).containsExactly(2);
    assertThat(answers.get(0).output()).isEqualTo(query(0, 0).xt());
    assertThat(answers.get(2).output()).isEqualTo(query(2, 0).xt());
    assertThat(answers.get(1).hasVariance()).isTrue();
    assertThat(answers.get(3).hasVariance()).isTrue();
  }

  @Test
  void aNetworkWithoutQueriesIsNotAsked() {
    denoiser().predict(List.of(query(0, 0)));
    assertThat(first.batches).isEmpty();
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
