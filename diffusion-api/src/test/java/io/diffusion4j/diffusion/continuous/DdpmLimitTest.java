package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.abs;
import static java.lang.Math.exp;
import static java.lang.Math.log;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Ancestral sampling is a first-order discretisation of the reverse SDE (Y. Song et al. 2021, app.
 * E): one step equals a step of Euler and Maruyama up to terms of second order in the step size,
 * and all steps together up to terms of first order.
 *
 * <p>On Gaussian data each step is x′ = A·x + C + σ·z, and everything can be computed.
 */
class DdpmLimitTest {
  private static final VpSde SDE = LinearVpSde.DDPM;
  private static final Gaussian DATA = new Gaussian(0.7, 0.3);

  /** x′ = {@code factor}·x + {@code shift} + N(0, {@code variance}). */
  private record Affine(double factor, double shift, double variance) {
    Gaussian of(Gaussian x) {
      return new Gaussian(factor * x.mean() + shift, factor * factor * x.variance() + variance);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "LEARNED") // its variance comes from the network alone
  void aStepIsThatOfEulerAndMaruyamaToSecondOrder(VarianceType variance) {
    for (double t : new double[] {0.25, 0.5, 0.75, 1}) {
      double[] coarse = differences(variance, t, 800);
      double[] fine = differences(variance, t, 1600);
      for (int i = 0; i < coarse.length; i++) {
        assertThat(log(coarse[i] / fine[i]) / log(2))
            .as("number %d at %s", i, t)
            .isCloseTo(2, within(0.15));
      }
    }
  }

  /**
   * The differences between both methods in factor, shift and variance of the step that starts at a
   * time.
   */
  private static double[] differences(VarianceType variance, double t, int steps) {
    Affine ddpm = ddpm(variance, steps).get(steps - (int) (t * steps));
    Affine euler = euler(t, 1.0 / steps);
    return new double[] {
      abs(ddpm.factor() - euler.factor()),
      abs(ddpm.shift() - euler.shift()),
      abs(ddpm.variance() - euler.variance())
    };
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "LEARNED") // its variance comes from the network alone
  void theWayEndsWhereTheReverseSdeDoesToFirstOrder(VarianceType variance) {
    double coarse = distance(variance, 800);
    double fine = distance(variance, 1600);
    assertThat(log(coarse / fine) / log(2)).isCloseTo(1, within(0.15));
    assertThat(distance(variance, 6400)).isLessThan(0.01);
  }

  /** The difference between the data and the samples, in mean and variance. */
  private static double distance(VarianceType variance, int steps) {
    Gaussian x = DATA.at(SDE, 1);
    for (Affine step : ddpm(variance, steps)) {
      x = step.of(x);
    }
    return abs(x.mean() - DATA.mean()) + abs(x.variance() - DATA.variance());
  }

  /** The steps of the sampler with the perfect network, first to last. */
  private static List<Affine> ddpm(VarianceType variance, int steps) {
    SamplingPlan plan =
        new DdpmSampler(variance)
            .plan(SDE.schedule(steps), TimestepSpacings.SECTIONS.of(steps, steps));
    List<Affine> result = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      SamplingPlan.Step step = plan.steps().get(i);
      Gaussian noisy = DATA.at(SDE, (steps - i) / (double) steps);
      double shift = ancestral(step, noisy, 0);
      result.add(
          new Affine(
              ancestral(step, noisy, 1) - shift,
              shift,
              exp(step.update().noise().minLogVariance())));
    }
    return result;
  }

  private static double ancestral(SamplingPlan.Step step, Gaussian noisy, double x) {
    double eps = -new NoiseLevel(step.alphaBar()).noise() * noisy.score(x);
    Conversion from = Conversion.of(Parameterization.EPS, step.alphaBar());
    Update update = step.update();
    return update.x() * x + update.x0() * from.x0(x, eps);
  }

  /** One step of Euler and Maruyama along the reverse SDE. */
  private static Affine euler(double t, double size) {
    double shift = euler(t, size, 0, 0);
    double deviation = euler(t, size, 0, 1) - shift;
    return new Affine(euler(t, size, 1, 0) - shift, shift, deviation * deviation);
  }

  private static double euler(double t, double size, double x, float z) {
    return new EulerMaruyama(1)
        .follow(
            new ReverseSde(SDE, DATA.under(SDE)),
            new double[] {x},
            t,
            t - size,
            (stage, step, count) -> new float[] {z})[0];
  }
}
