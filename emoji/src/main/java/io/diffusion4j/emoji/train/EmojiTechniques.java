package io.diffusion4j.emoji.train;

import io.diffusion4j.data.Techniques;
import io.diffusion4j.data.TrainingOption;
import io.diffusion4j.emoji.scene.CaptionMix;
import io.diffusion4j.emoji.scene.SceneMix;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The optional techniques of sampling and captions in the emoji data set. */
public final class EmojiTechniques {
  /** The wording of captions: {@code varied}, or always the name. */
  public static final TrainingOption<CaptionMix> CAPTIONS =
      TrainingOption.oneOf(
          "captions",
          "varied",
          Map.of("varied", CaptionMix.standard(), "plain", CaptionMix.labels()));

  /**
   * The mix of scenes: the preset's, one of which two thirds are {@code crowded}, or one in which
   * most things are {@code single}.
   */
  public static final TrainingOption<UnaryOperator<SceneMix>> SCENES =
      TrainingOption.oneOf(
          "scenes",
          "default",
          Map.<String, UnaryOperator<SceneMix>>of(
              "default",
              UnaryOperator.identity(),
              "crowded",
              SceneMix::crowded,
              "single",
              SceneMix::single));

  /** Whether every other batch of CLIP contains only pairs of two things, in both orders. */
  public static final TrainingOption<Boolean> RELATIONS = TrainingOption.onOrOff("relations", "on");

  /** Whether such batches come first, and begin with few things ({@link Curriculum}). */
  public static final TrainingOption<Boolean> CURRICULUM =
      TrainingOption.onOrOff("curriculum", "on");

  static final Techniques STANDARD = Techniques.of(CAPTIONS, SCENES, RELATIONS, CURRICULUM);

  private EmojiTechniques() {}
}
