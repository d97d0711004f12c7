package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.group.Group;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The choice of the engine that trains an objective: the one named in the configuration, or the
 * first that supports the objective.
 */
final class Learners {
  private static final Logger LOG = LoggerFactory.getLogger(Learners.class);

  private Learners() {}

  static TrainingSession of(Objective objective, TrainingConfig config, Group group) {
    group.requireSame("sums", config.wire().word()); // before buffers, which have to be of one kind
    var summing = group.withBuffersIn(config.wire());
    return config.accumulate() > 1 && objective instanceof FeatureObjective features
        ? new CachedFeatures(features, config.compute(), loss -> of(List.of(loss), config, summing))
        : of(ObjectiveForms.of(objective).stream().map(LossNetwork::of).toList(), config, summing);
  }

  private static TrainingSession of(List<LossNetwork> whole, TrainingConfig config, Group group) {
    List<LossNetwork> forms =
        whole.stream()
            .map(form -> config.lowRank().map(updates -> updates.in(form)).orElse(form))
            .toList();
    config.frozen().requireAll("freeze", forms.get(0).network().parameters().keySet());
    String asked = Engines.requireKnown(config.compute().engine());
    var precision = config.compute().precision();
    Check.that(
        Precision.FLOATING.contains(precision),
        "precision",
        precision,
        "FLOAT32 or BFLOAT16, to train");
    List<TrainingEngine> engines =
        ServiceProviders.of(TrainingEngine.class).stream()
            .sorted(Comparator.comparing(TrainingEngine::isLastResort))
            .toList();
    for (var engine : engines) {
      boolean mayTrain =
          asked.equals(Engines.AUTO) || asked.equals(engine.name()) || engine.isLastResort();
      if (mayTrain && engine.unavailable(precision).isEmpty()) {
        try {
          return engine.learner(forms, config, group);
        } catch (UnsupportedLayerException e) {
          LOG.debug("Left to the next engine by {}: {}", engine.name(), e.getMessage());
        }
      }
    }
    Check.that(forms.size() == 1, "sizes", forms.size(), "1; only oneDNN trains several at once");
    throw new IllegalStateException(
        "engine: none that trains (expected: diffusion-tf on the class path)");
  }
}
