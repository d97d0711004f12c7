package io.diffusion4j.training;

import io.diffusion4j.diffusion.process.Parameterization;
import java.util.Map;
import java.util.SortedMap;

/**
 * Those of the upsampler's networks.
 *
 * @param prediction what the network predicts
 * @param weighting how much the error of a timestep counts
 * @param blur how often the small picture is blurred
 */
public record UpsamplerTechniques(Parameterization prediction, LossWeighting weighting, double blur)
    implements Techniques {
  public UpsamplerTechniques {
    Words.requireProbability("blur", blur);
  }

  static UpsamplerTechniques standard() {
    return new UpsamplerTechniques(Parameterization.X0, LossWeighting.MIN_SNR_PLUS_ONE, 0.5);
  }

  @Override
  public SortedMap<String, String> values() {
    return Words.sorted(
        Map.of(
            "prediction", Words.word(prediction),
            "weighting", Words.word(weighting),
            "blur", Double.toString(blur)));
  }

  @Override
  public UpsamplerTechniques with(String name, String value) {
    return switch (name) {
      case "prediction" -> new UpsamplerTechniques(Words.prediction(value), weighting, blur);
      case "weighting" -> new UpsamplerTechniques(prediction, LossWeighting.named(value), blur);
      case "blur" -> new UpsamplerTechniques(prediction, weighting, Words.probability(name, value));
      default -> throw Techniques.unknown(name, values().keySet());
    };
  }
}
