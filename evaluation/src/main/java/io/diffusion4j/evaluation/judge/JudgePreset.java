package io.diffusion4j.evaluation.judge;

import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.nn.train.TrainingConfig;
import java.util.List;

/**
 * A size of the judge, and how long it is trained.
 *
 * @param name as it is asked for; that of the system it judges
 * @param concepts what it tells apart
 * @param imageSize height and width of what it looks at, in pixels
 * @param channels see {@link JudgeImageNetwork}
 * @param blocks see {@link JudgeImageNetwork}
 * @param groups see {@link JudgeImageNetwork}
 * @param length words of a caption that it reads
 * @param width of a word's vector
 * @param embeddingDim of the embedding that texts and images share
 * @param training how it is trained
 */
public record JudgePreset(
    String name,
    ConceptSet concepts,
    int imageSize,
    List<Integer> channels,
    int blocks,
    int groups,
    int length,
    int width,
    int embeddingDim,
    TrainingConfig training) {
  private static final double WEIGHT_DECAY = 0.1;

  public JudgePreset {
    channels = List.copyOf(channels);
  }

  /** The judge that ships: all 1,026 core concepts, whatever part of them a model draws. */
  public static JudgePreset emoji() {
    return new JudgePreset(
        "emoji",
        ConceptSet.core(),
        32,
        List.of(32, 64, 128, 256),
        1,
        8,
        10,
        128,
        128,
        training(8_000, 128, 3e-3, 7_001));
  }

  /** A few seconds, to see that it works. */
  public static JudgePreset tiny() {
    return new JudgePreset(
        "tiny",
        EmojiPreset.tiny().drawn().concepts(),
        32,
        List.of(16, 32),
        1,
        8,
        10,
        32,
        32,
        training(60, 24, 4e-3, 7_002));
  }

  /** With more weight decay than generators need: what is learned is to hold for new drawings. */
  private static TrainingConfig training(long steps, int batchSize, double rate, long seed) {
    var usual = TrainingConfig.of(steps, batchSize, rate, seed);
    return usual.withOptimizer(usual.optimizer().withWeightDecay(WEIGHT_DECAY));
  }

  /**
   * The preset of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static JudgePreset named(String name) {
    return switch (name) {
      case "emoji" -> emoji();
      case "tiny" -> tiny();
      default ->
          throw new IllegalArgumentException("preset: " + name + " (expected: one of emoji, tiny)");
    };
  }

  JudgeImageNetwork image() {
    return new JudgeImageNetwork(imageSize, channels, blocks, groups, embeddingDim);
  }

  JudgeTextNetwork text(Words words) {
    return new JudgeTextNetwork(words.size(), length, width, embeddingDim);
  }
}
