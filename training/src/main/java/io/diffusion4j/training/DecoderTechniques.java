package io.diffusion4j.training;

import io.diffusion4j.diffusion.process.Parameterization;
import java.util.Map;
import java.util.SortedMap;

/**
 * Those of the decoder.
 *
 * @param prediction what the network predicts
 * @param weighting how much the error of a timestep counts
 * @param shift how far the timesteps are shifted towards noise; 1 is not at all
 * @param lowNoise how often the timestep is one of the first 40 instead
 * @param drop how often all conditions are dropped, for classifier-free guidance
 * @param textDrop how often the text alone is dropped besides
 */
public record DecoderTechniques(
    Parameterization prediction,
    LossWeighting weighting,
    double shift,
    double lowNoise,
    double drop,
    double textDrop)
    implements Techniques {
  private static final double MOST_SHIFT = 1e3;

  public DecoderTechniques {
    Words.requireWithin("shift", shift, shift, 1, MOST_SHIFT);
    Words.requireProbability("low-noise", lowNoise);
    Words.requireProbability("drop", drop);
    Words.requireProbability("text-drop", textDrop);
  }

  static DecoderTechniques standard() {
    return new DecoderTechniques(
        Parameterization.X0,
        LossWeighting.MIN_SNR_PLUS_ONE_OR_EPS,
        1.5, // a little towards noise, where layout is decided
        0.06,
        0.1,
        0.2);
  }

  @Override
  public SortedMap<String, String> values() {
    return Words.sorted(
        Map.of(
            "prediction", Words.word(prediction),
            "weighting", Words.word(weighting),
            "shift", Double.toString(shift),
            "low-noise", Double.toString(lowNoise),
            "drop", Double.toString(drop),
            "text-drop", Double.toString(textDrop)));
  }

  @Override
  public DecoderTechniques with(String name, String value) {
    return switch (name) {
      case "prediction" ->
          new DecoderTechniques(
              Words.prediction(value), weighting, shift, lowNoise, drop, textDrop);
      case "weighting" ->
          new DecoderTechniques(
              prediction, LossWeighting.named(value), shift, lowNoise, drop, textDrop);
      case "shift" ->
          new DecoderTechniques(
              prediction,
              weighting,
              Words.number(name, value, 1, MOST_SHIFT),
              lowNoise,
              drop,
              textDrop);
      case "low-noise" ->
          new DecoderTechniques(
              prediction, weighting, shift, Words.probability(name, value), drop, textDrop);
      case "drop" ->
          new DecoderTechniques(
              prediction, weighting, shift, lowNoise, Words.probability(name, value), textDrop);
      case "text-drop" ->
          new DecoderTechniques(
              prediction, weighting, shift, lowNoise, drop, Words.probability(name, value));
      default -> throw Techniques.unknown(name, values().keySet());
    };
  }
}
