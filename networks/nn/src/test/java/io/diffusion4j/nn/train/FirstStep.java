package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.train.TrainingConfig.EmaWarmup;
import io.diffusion4j.nn.train.TrainingSession.Role;
import io.diffusion4j.nn.weights.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the first step of a training computes.
 *
 * @param gradients by the keys of the parameters, in the graph's order of axes
 */
record FirstStep(double loss, Map<String, float[]> gradients) {
  /** A training without clipping, whose first moments after a step are its gradients. */
  static TrainingConfig config(int rows, Compute compute) {
    return new TrainingConfig(
        10,
        rows,
        1e-6,
        0,
        10,
        Optimizer.of(Optimizer.Method.ADAMW),
        1e30,
        0.5,
        EmaWarmup.NONE,
        compute,
        1);
  }

  /** Makes a step with a batch. */
  static FirstStep of(
      TrainingEngine engine,
      LossNetwork loss,
      TrainingConfig config,
      TensorSource weights,
      Batch batch) {
    var parameters = loss.network().parameters().values();
    try (var learner = engine.learner(loss, config)) {
      learner.fill(state(parameters, weights));
      var report = learner.step(List.of(batch), 0);
      var moments = learner.read(Set.of(Role.ADAM_M));
      Map<String, float[]> gradients = new LinkedHashMap<>();
      for (Parameter p : parameters) {
        // A first step leaves (1 − β₁)·g in the first moment.
        float[] gradient = moments.read(Role.ADAM_M.key(p.key()));
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] /= (float) (1 - config.optimizer().beta1());
        }
        gradients.put(p.key(), p.layout().toGraph(gradient, p.shape()));
      }
      return new FirstStep(report.loss(), gradients);
    }
  }

  private static TensorSource state(Iterable<Parameter> parameters, TensorSource weights) {
    var state = new TensorMap();
    for (Parameter p : parameters) {
      state.put(Role.WEIGHTS.key(p.key()), p.shape(), weights.read(p.key()));
      state.put(Role.EMA.key(p.key()), p.shape(), weights.read(p.key()));
      state.put(Role.ADAM_M.key(p.key()), p.shape(), new float[p.size()]);
      state.put(Role.ADAM_V.key(p.key()), p.shape(), new float[p.size()]);
    }
    return state;
  }
}
