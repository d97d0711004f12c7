package io.diffusion4j.tf.testing;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.nn.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A run of a reference implementation that a gradient guided, step by step.
 *
 * @param tensors {@code in.noise}, and of each step {@code stepN.gradient}, {@code
 *     stepN.pred_xstart} and {@code stepN.x}
 * @param noise {@code diffusion.stepN}
 */
public record GuidedTrace(Function<String, float[]> tensors, Function<String, float[]> noise) {
  /** What float32 leaves of a difference that counts 157 times in x₀ at t = 999. */
  private static final double X0 = 5e-4;

  /** Of the samples and the gradients, which see them. */
  private static final double X = 2e-4;

  /**
   * Follows a plan from the noise of the trace and compares every step.
   *
   * @param guided whose predictions carry the gradient
   * @param conditions one for each row
   */
  public <C> void assertFollows(Denoiser<C> guided, List<C> conditions, SamplingPlan plan) {
    int rows = conditions.size();
    var start = Rows.unstack(tensors.apply("in.noise"), rows);
    List<Trajectory> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      int row = i;
      all.add(
          new Trajectory(
              plan,
              guided.parameterization(),
              Thresholding.clip(1),
              start.get(row),
              step -> Rows.unstack(noise.apply("diffusion.step" + step), rows).get(row)));
    }
    for (int step = 0; step < plan.steps().size(); step++) {
      List<Query<C>> queries = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        queries.add(all.get(row).query(conditions.get(row)));
      }
      var predictions = guided.predict(queries);
      assertClose(
          Rows.stack(predictions.stream().map(Prediction::gradient).toList()),
          tensors.apply("step" + step + ".gradient"),
          X);
      for (int row = 0; row < rows; row++) {
        all.get(row).advance(predictions.get(row));
      }
      assertClose(
          Rows.stack(all.stream().map(Trajectory::x0).toList()),
          tensors.apply("step" + step + ".pred_xstart"),
          X0);
      assertClose(
          Rows.stack(all.stream().map(Trajectory::x).toList()),
          tensors.apply("step" + step + ".x"),
          X);
    }
  }
}
