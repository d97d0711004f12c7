package io.diffusion4j.evaluation.judge;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.nn.train.TrainingConfig;
import java.util.List;

/**
 * The sizes of a judge and its training.
 *
 * @param name the name on the command line; that of the judged system
 * @param concepts the concepts that it distinguishes
 * @param length the number of words read from a caption
 * @param width the width of a word's vector
 */
public record JudgePreset(
    String name,
    ConceptSet concepts,
    JudgeImageNetwork image,
    int length,
    int width,
    TrainingConfig training) {
  private static final double WEIGHT_DECAY = 0.1;

  /**
   * Returns the shipped judge: all 1,026 core concepts, even if a model draws only some of them.
   */
  public static JudgePreset emoji() {
    return of("emoji", ConceptSet.core(), 8_000);
  }

  private static JudgePreset of(String name, ConceptSet concepts, long steps) {
    return new JudgePreset(
        name,
        concepts,
        new JudgeImageNetwork(32, List.of(32, 64, 128, 256), 1, 8, 128),
        10,
        128,
        training(steps, 128, 3e-3, 7_001));
  }

  /** Returns a judge that is trained in a few seconds, for trials. */
  public static JudgePreset tiny() {
    return new JudgePreset(
        "tiny",
        EmojiPreset.tiny().drawn().concepts(),
        new JudgeImageNetwork(32, List.of(16, 32), 1, 8, 32),
        10,
        32,
        training(60, 24, 4e-3, 7_002));
  }

  /**
   * Returns a configuration with more weight decay than for generators, to generalise to new
   * drawings.
   */
  private static TrainingConfig training(long steps, int batchSize, double rate, long seed) {
    var defaults = TrainingConfig.of(steps, batchSize, rate, seed);
    return defaults.withOptimizer(defaults.optimizer().withWeightDecay(WEIGHT_DECAY));
  }

  /**
   * Returns the preset of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static JudgePreset named(String name) {
    return switch (name) {
      case "emoji" -> emoji();
      case "emoji-2" -> of(name, ConceptSet.things(), 10_000);
      case "tiny" -> tiny();
      default ->
          throw new IllegalArgumentException(
              "preset: " + name + " (expected: one of emoji, emoji-2, tiny)");
    };
  }

  JudgeTextNetwork text(Words words) {
    return new JudgeTextNetwork(words.size(), length, width, image.embeddingDim());
  }
}
