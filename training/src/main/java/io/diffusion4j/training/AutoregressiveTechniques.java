package io.diffusion4j.training;

import java.util.Map;
import java.util.SortedMap;

/**
 * Those of the autoregressive prior.
 *
 * @param drop how often the text is dropped, for classifier-free guidance
 */
public record AutoregressiveTechniques(double drop) implements Techniques {
  public AutoregressiveTechniques {
    Words.requireProbability("drop", drop);
  }

  static AutoregressiveTechniques standard() {
    return new AutoregressiveTechniques(0.1);
  }

  @Override
  public SortedMap<String, String> values() {
    return Words.sorted(Map.of("drop", Double.toString(drop)));
  }

  @Override
  public AutoregressiveTechniques with(String name, String value) {
    if (!name.equals("drop")) {
      throw Techniques.unknown(name, values().keySet());
    }
    return new AutoregressiveTechniques(Words.probability(name, value));
  }
}
