package io.diffusion4j.diffusion.guidance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.DenoiserContract;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.denoiser.ToyDenoiser;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuidedDenoiserTest implements DenoiserContract<Guidance<Double>> {
  private final ToyDenoiser network = new ToyDenoiser();

  @Override
  public Denoiser<Guidance<Double>> denoiser() {
    return new GuidedDenoiser<>(network);
  }

  private static Query<Guidance<Double>> query(int image, double t, double scale) {
    return new Query<>(
        new PhiloxNoise(1, image).gaussian("x", 0, 16), t, new Guidance<>(2.0, 0.5, scale));
  }

  @Override
  public List<Query<Guidance<Double>>> queries() {
    return List.of(
        query(0, 10, 3), query(1, 500, 1), query(2, 0, 0), query(3, 999, 7.5), query(4, 20.5, 1));
  }

  @Test
  void theAnswerLiesOnTheLineThroughBoth() {
    Query<Guidance<Double>> query = query(0, 10, 3);
    Prediction guided = denoiser().predict(List.of(query)).get(0);
    Prediction c = network.predict(List.of(new Query<>(query.xt(), 10, 2.0))).get(0);
    Prediction u = network.predict(List.of(new Query<>(query.xt(), 10, 0.5))).get(0);
    for (int i = 0; i < 16; i++) {
      assertThat(guided.output()[i])
          .isCloseTo(u.output()[i] + 3 * (c.output()[i] - u.output()[i]), within(1e-5f));
    }
    assertThat(guided.variance()).isEqualTo(c.variance());
  }

  @Test
  void scaleOneAndScaleZeroAskHalfAsMuch() {
    denoiser().predict(List.of(query(0, 10, 1)));
    denoiser().predict(List.of(query(0, 10, 0)));
    denoiser().predict(List.of(query(0, 10, 2)));
    assertThat(network.batches).containsExactly(1, 1, 2);
  }

  @Test
  void scaleOneIsTheConditionalNetworkAndScaleZeroTheUnconditionalOne() {
    Query<Guidance<Double>> one = query(0, 10, 1);
    Query<Guidance<Double>> zero = query(0, 10, 0);
    assertThat(denoiser().predict(List.of(one)).get(0).output())
        .isEqualTo(network.predict(List.of(new Query<>(one.xt(), 10, 2.0))).get(0).output());
    assertThat(denoiser().predict(List.of(zero)).get(0).output())
        .isEqualTo(network.predict(List.of(new Query<>(zero.xt(), 10, 0.5))).get(0).output());
  }

  @Test
  void theUnconditionalRowsComeFirstInOneCall() {
    List<Double> conditions = new ArrayList<>();
    Denoiser<Double> recording =
        new Denoiser<>() {
          @Override
          public Parameterization parameterization() {
            return Parameterization.V;
          }

          @Override
          public List<Prediction> predict(List<Query<Double>> queries) {
            queries.forEach(query -> conditions.add(query.condition()));
            return network.predict(queries);
          }
        };
    var guided = new GuidedDenoiser<>(recording);
    guided.predict(queries());
    assertThat(conditions).containsExactly(0.5, 0.5, 0.5, 2.0, 2.0, 2.0, 2.0);
    assertThat(network.batches).containsExactly(7);
    assertThat(guided.parameterization()).isEqualTo(Parameterization.V);
  }

  @Test
  void aNegativeOrInfiniteScaleIsRefused() {
    assertThatThrownBy(() -> query(0, 0, -2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("guidanceScale: -2.0 (expected: ≥ 0 and finite)");
    assertThatThrownBy(() -> query(0, 0, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
  }
}
