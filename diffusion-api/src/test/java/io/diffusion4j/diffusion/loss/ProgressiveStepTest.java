package io.diffusion4j.diffusion.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;

class ProgressiveStepTest {
  @GoldenTest(GoldenKind.PROGRESSIVE_LOSS)
  void targetAndLossAreThePapers(GoldenCase golden) {
    var io = golden.io();
    double n = golden.json().get("N").asDouble();
    boolean truncated = golden.json().get("weighting").asText().equals("truncated");
    var predicted =
        switch (golden.json().get("prediction").asText()) {
          case "epsilon" -> Parameterization.EPS;
          case "sample" -> Parameterization.X0;
          default -> Parameterization.V;
        };
    double[] z = io.values("mid.z");
    double[] after = io.values("mid.z_next");
    double[] target = io.values("mid.target");
    int rows = io.size("mid.z", 0);
    int size = z.length / rows;
    int width = io.size("mid.z", -1);
    for (int row = 0; row < rows; row++) {
      double t = 0.98 * io.values("in.index")[row] / n;
      var step = new ProgressiveStep(level(t), level(t - 0.98 / n));
      var from = Conversion.of(predicted, step.from().alphaBar());
      double loss = 0;
      for (int i = row * size; i < (row + 1) * size; i++) {
        double expected = step.target(z[i], after[i]);
        assertThat(expected).isCloseTo(target[i], within(1e-10 * io.largest("mid.target")));
        int flipped = i - i % width + width - 1 - i % width;
        double answer = 0.6 * z[i] + 0.3 * Math.sin(2 * z[flipped] + 2.5 * t);
        loss += Math.pow(from.x0(z[i], answer) - expected, 2) / size;
      }
      double weight = truncated ? step.weight() : step.from().snr() + 1;
      double expected = io.values("out.row_loss")[row];
      assertThat(weight * loss).isCloseTo(expected, within(1e-10 * io.largest("out.row_loss")));
    }
  }

  private static NoiseLevel level(double t) {
    return new NoiseLevel(Math.pow(Math.cos(Math.PI / 2 * t), 2));
  }
}
