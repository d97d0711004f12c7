package io.diffusion4j.onednn;

import io.diffusion4j.tf.NetworkTrace;
import io.diffusion4j.tf.UnsupportedLayerException;
import io.diffusion4j.tf.train.DenoisingObjective;
import io.diffusion4j.tf.train.Learner;
import io.diffusion4j.tf.train.Objective;
import io.diffusion4j.tf.train.TrainingConfig;
import io.diffusion4j.tf.train.TrainingEngine;
import java.util.Optional;

/** Trains what denoises by a U-Net with oneDNN, without TensorFlow between. */
public final class OneDnnTrainingEngine implements TrainingEngine {
  private final OneDnnEngine engine = new OneDnnEngine();

  /** Makes the engine; the library is loaded when it is first needed. */
  public OneDnnTrainingEngine() {}

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public Optional<Learner> learner(Objective objective, TrainingConfig config) {
    if (!(objective instanceof DenoisingObjective denoising)
        || engine.unavailable(config.precision()).isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new OneDnnLearner(NetworkTrace.of(denoising.network()), config));
    } catch (UnsupportedLayerException e) {
      return Optional.empty(); // TensorFlow has every layer
    }
  }
}
