package io.diffusion4j.training;

import io.diffusion4j.diffusion.process.Parameterization;
import java.util.Map;
import java.util.SortedMap;

/**
 * Those of the diffusion prior.
 *
 * @param prediction what the network predicts
 * @param standardized whether it learns embeddings of mean 0 and variance 1
 * @param drop how often the text is dropped, for classifier-free guidance
 */
public record PriorTechniques(Parameterization prediction, boolean standardized, double drop)
    implements Techniques {
  public PriorTechniques {
    Words.requireProbability("drop", drop);
  }

  static PriorTechniques standard() {
    return new PriorTechniques(Parameterization.X0, true, 0.1);
  }

  @Override
  public SortedMap<String, String> values() {
    return Words.sorted(
        Map.of(
            "prediction", Words.word(prediction),
            "standardized", Words.word(standardized),
            "drop", Double.toString(drop)));
  }

  @Override
  public PriorTechniques with(String name, String value) {
    return switch (name) {
      case "prediction" -> new PriorTechniques(Words.prediction(value), standardized, drop);
      case "standardized" -> new PriorTechniques(prediction, Words.isOn(name, value), drop);
      case "drop" -> new PriorTechniques(prediction, standardized, Words.probability(name, value));
      default -> throw Techniques.unknown(name, values().keySet());
    };
  }
}
