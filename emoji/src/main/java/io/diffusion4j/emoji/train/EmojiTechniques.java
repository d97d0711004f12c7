package io.diffusion4j.emoji.train;

import io.diffusion4j.data.Technique;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.emoji.scene.CaptionMix;
import java.util.Map;

/** How the emoji data set is shown, where there is a choice. */
public final class EmojiTechniques {
  /** How captions are worded: {@code varied}, or always by the name. */
  public static final Technique<CaptionMix> CAPTIONS =
      Technique.oneOf(
          "captions",
          "varied",
          Map.of("varied", CaptionMix.standard(), "plain", CaptionMix.labels()));

  /** Whether every other batch of CLIP's has nothing but two things in both orders. */
  public static final Technique<Boolean> RELATIONS = Technique.onOrOff("relations", "on");

  /** Whether these come first, with few things at first ({@link Curriculum}). */
  public static final Technique<Boolean> CURRICULUM = Technique.onOrOff("curriculum", "on");

  static final Techniques STANDARD = Techniques.of(CAPTIONS, RELATIONS, CURRICULUM);

  private EmojiTechniques() {}
}
