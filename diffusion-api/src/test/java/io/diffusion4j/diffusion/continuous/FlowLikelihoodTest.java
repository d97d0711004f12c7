package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.PI;
import static java.lang.Math.log;
import static java.lang.Math.sqrt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.continuous.FlowLikelihood.Answer;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.solver.GaussianData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The likelihood of Gaussian data by the perfect network. */
class FlowLikelihoodTest {
  private static final NoiseSchedule SCHEDULE = new LinearSchedule(1000);
  private static final GaussianData DATA = new GaussianData(0.3, 0.5);
  private static final List<float[]> SAMPLES =
      List.of(new float[] {0.4f, -0.2f, 0.9f}, new float[] {0, 0.3f, 0.1f});

  private static List<Likelihood.Result> results(
      RungeKutta method, int steps, Parameterization parameterization) {
    var likelihood = new FlowLikelihood(SCHEDULE, steps, method, parameterization);
    int[] calls = {0};
    List<Likelihood.Result> results =
        likelihood.of(SAMPLES, (x, t) -> answers(x, t, parameterization), done -> calls[0] = done);
    assertThat(calls[0]).isEqualTo(likelihood.calls());
    return results;
  }

  /** The network's predictions and their derivative, which is the same in each place. */
  private static List<Answer> answers(List<float[]> x, double t, Parameterization of) {
    double alphaBar = SolverLevel.at(SCHEDULE, t).alphaBar();
    List<Answer> answers = new ArrayList<>();
    for (float[] sample : x) {
      float[] output = DATA.predict(sample, alphaBar, of).output();
      double ofEps = DATA.eps(1, alphaBar) - DATA.eps(0, alphaBar);
      Conversion from = Conversion.of(of, alphaBar);
      double derivative = (ofEps - from.epsFromX()) / from.epsFromOutput();
      answers.add(new Answer(output, sample.length * derivative));
    }
    return answers;
  }

  private static double exact(float[] sample) {
    double alphaBar = SCHEDULE.alphaBar(0);
    double variance = alphaBar * DATA.deviation() * DATA.deviation() + 1 - alphaBar;
    double sum = 0;
    for (float value : sample) {
      double d = value - sqrt(alphaBar) * DATA.mean();
      sum -= 0.5 * (d * d / variance + log(2 * PI * variance));
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(Parameterization.class)
  void isTheDensityOfTheDataWhateverTheNetworkPredicts(Parameterization parameterization) {
    List<Likelihood.Result> results = results(RungeKutta.CLASSICAL, 100, parameterization);
    for (int row = 0; row < SAMPLES.size(); row++) {
      assertThat(results.get(row).logLikelihood()).isCloseTo(exact(SAMPLES.get(row)), within(0.01));
    }
  }

  /** At the end of a flow nothing is left of the data, so only the solver's error remains. */
  @Test
  void theLikelihoodOfAFlowIsTheDensityAtItsFirstLevel() {
    var schedule = new FlowSchedule(1000, 1);
    var likelihood =
        new FlowLikelihood(schedule, 40, RungeKutta.CLASSICAL, Parameterization.VELOCITY);
    List<Likelihood.Result> results =
        likelihood.of(
            SAMPLES,
            (x, t) -> {
              FlowLevel level = schedule.flowLevel(t);
              double alphaBar = level.alphaBar();
              double derivative =
                  DATA.eps(1, alphaBar)
                      - DATA.eps(0, alphaBar)
                      - (DATA.x0(1, alphaBar) - DATA.x0(0, alphaBar));
              List<Answer> answers = new ArrayList<>();
              for (float[] sample : x) {
                float[] output = DATA.predict(sample, alphaBar, Parameterization.VELOCITY).output();
                answers.add(new Answer(output, sample.length * derivative));
              }
              return answers;
            },
            done -> {});
    double sigma = schedule.flowLevel(0).sigma();
    double variance =
        (1 - sigma) * (1 - sigma) * DATA.deviation() * DATA.deviation() + sigma * sigma;
    for (int row = 0; row < SAMPLES.size(); row++) {
      double exact = 0;
      for (float value : SAMPLES.get(row)) {
        double d = value - (1 - sigma) * DATA.mean();
        exact -= 0.5 * (d * d / variance + log(2 * PI * variance));
      }
      assertThat(results.get(row).logLikelihood()).isCloseTo(exact, within(1e-4));
    }
  }

  @Test
  void twiceTheStepsOfEulerLeaveHalfTheError() {
    double fine = results(RungeKutta.CLASSICAL, 500, Parameterization.EPS).get(0).logLikelihood();
    double coarse = results(RungeKutta.EULER, 200, Parameterization.EPS).get(0).logLikelihood();
    double better = results(RungeKutta.EULER, 400, Parameterization.EPS).get(0).logLikelihood();
    assertThat((coarse - fine) / (better - fine)).isCloseTo(2, within(0.2));
  }

  @Test
  void bitsCountTheCellsOfAGrid() {
    var result = new Likelihood.Result(new double[2], -1, 0.5);
    assertThat(result.bitsPerDimension(2 / 256.0)).isCloseTo(0.5 / (2 * log(2)) + 7, within(1e-12));
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new FlowLikelihood(SCHEDULE, 0, RungeKutta.HEUN, Parameterization.EPS))
        .hasMessage("steps: 0 (expected: ≥ 1)");
  }
}
