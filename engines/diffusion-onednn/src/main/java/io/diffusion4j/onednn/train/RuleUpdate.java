package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.UpdateRule;
import io.diffusion4j.onednn.tape.TrainableParameter;

/** An optimizer of a plugin for one parameter. */
final class RuleUpdate extends ParameterUpdate {
  private final UpdateRule rule;

  RuleUpdate(TrainableParameter parameter, TrainingConfig config, Optimizer.Rule rule) {
    super(parameter, config);
    this.rule = rule.update();
  }

  @Override
  double cost() {
    return MOVE * weights.length;
  }

  @Override
  void move(Step s, int from, int to) {
    float keep = keep(s);
    for (int i = from; i < to; i++) {
      gradient[i] *= s.clip();
      weights[i] *= keep;
    }
    rule.update(new UpdateRule.Weights(weights, gradient, m, v, from, to), s.rate(), s.number());
    for (int i = from; i < to; i++) {
      ema[i] = ema[i] * s.emaDecay() + weights[i] * (1 - s.emaDecay());
    }
  }
}
