package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.Muon;
import io.diffusion4j.nn.train.TrainingConfig;

/** {@link Muon} for one matrix. */
final class MuonUpdate extends Update {
  private final Muon.Matrix matrix;
  private final Orthogonalization orthogonalization;

  /**
   * Makes the state of a parameter.
   *
   * @param orthogonalization of the thread that will make the steps
   */
  MuonUpdate(Trained parameter, TrainingConfig config, Orthogonalization orthogonalization) {
    super(parameter, config);
    this.matrix = Muon.Matrix.of(parameter.parameter());
    this.orthogonalization = orthogonalization;
  }

  @Override
  double cost() {
    return MOVE * weights.length + Orthogonalization.products(matrix);
  }

  /** Leaves the direction where the gradient was. */
  @Override
  void prepare(Step s) {
    float mu = Muon.MOMENTUM;
    float fresh = s.clip() * (1 - mu);
    for (int from = 0; from < m.length; from += BLOCK) {
      int to = Math.min(m.length, from + BLOCK);
      for (int i = from; i < to; i++) {
        float momentum = m[i] * mu + gradient[i] * fresh;
        gradient[i] = momentum * mu + gradient[i] * fresh;
        m[i] = momentum;
      }
      orthogonalization.put(gradient, from, to);
    }
    orthogonalization.run(matrix);
  }

  @Override
  void move(Step s, int from, int to) {
    orthogonalization.get(gradient, from, to);
    float rate = s.rate() * matrix.scale();
    float keep = keep(s);
    for (int i = from; i < to; i++) {
      float weight = weights[i] * keep - rate * gradient[i];
      weights[i] = weight;
      ema[i] = ema[i] * s.emaDecay() + weight * (1 - s.emaDecay());
    }
  }
}
