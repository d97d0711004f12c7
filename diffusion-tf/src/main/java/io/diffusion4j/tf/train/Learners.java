package io.diffusion4j.tf.train;

import io.diffusion4j.tf.Engines;
import java.util.ServiceLoader;

/**
 * Which engine trains an objective: the first that can, of those on the class path and TensorFlow
 * at last, unless the system property {@value Engines#PROPERTY} names one.
 */
final class Learners {
  private Learners() {}

  static Learner of(Objective objective, TrainingConfig config) {
    String asked = Engines.asked();
    for (var engine : ServiceLoader.load(TrainingEngine.class, Learners.class.getClassLoader())) {
      if (asked.equals(Engines.AUTO) || asked.equals(engine.name())) {
        var learner = engine.learner(objective, config);
        if (learner.isPresent()) {
          return learner.get();
        }
      }
    }
    return new TensorFlowLearner(objective, config);
  }
}
