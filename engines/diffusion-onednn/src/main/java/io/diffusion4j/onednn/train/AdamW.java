package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.onednn.tape.TrainableParameter;

/** AdamW (Loshchilov &amp; Hutter 2019, algorithm 2) for one parameter. */
final class AdamW extends ParameterUpdate {
  AdamW(TrainableParameter parameter, TrainingConfig config) {
    super(parameter, config);
  }

  @Override
  double cost() {
    return MOVE * weights.length;
  }

  @Override
  void move(Step s, int from, int to) {
    float rate = s.rate() * s.correction();
    float keep = keep(s);
    for (int i = from; i < to; i++) {
      float g = gradient[i] * s.clip();
      float first = m[i] * s.beta1() + g * (1 - s.beta1());
      float second = v[i] * s.beta2() + g * g * (1 - s.beta2());
      float weight = weights[i] * keep - rate * first / ((float) Math.sqrt(second) + s.epsilon());
      m[i] = first;
      v[i] = second;
      weights[i] = weight;
      ema[i] = ema[i] * s.emaDecay() + weight * (1 - s.emaDecay());
    }
  }
}
