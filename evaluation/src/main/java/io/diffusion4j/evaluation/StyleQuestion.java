package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.evaluation.judge.Judge;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether the judge finds the style that was asked for the likeliest of the eight, for the concept
 * that was asked for. Not thread-safe.
 */
public final class StyleQuestion implements Question {
  private final Judge judge;
  private final Map<Concept, Map<Style, float[]>> texts = new HashMap<>();

  public StyleQuestion(Judge judge) {
    this.judge = judge;
  }

  @Override
  public String name() {
    return "style";
  }

  @Override
  public Optional<Split> heldOut() {
    return Optional.of(Split.HELD_OUT_STYLE);
  }

  @Override
  public boolean concerns(Scene scene) {
    return scene.subject().concepts().size() == 1;
  }

  @Override
  public boolean agrees(Scene scene, Reading picture) {
    Map<Style, float[]> ofStyles =
        texts.computeIfAbsent(scene.subject().concepts().get(0), this::ofStyles);
    double asked = similarity(picture, ofStyles, scene.style());
    return Arrays.stream(Style.values())
        .noneMatch(s -> s != scene.style() && similarity(picture, ofStyles, s) >= asked);
  }

  private static double similarity(Reading picture, Map<Style, float[]> ofStyles, Style style) {
    return Distances.dot(picture.vector(), Objects.requireNonNull(ofStyles.get(style)));
  }

  private Map<Style, float[]> ofStyles(Concept concept) {
    List<Style> styles = List.of(Style.values());
    List<float[]> vectors =
        judge.texts(styles.stream().map(s -> Captioner.named(concept) + ", " + s.words()).toList());
    Map<Style, float[]> ofStyles = new EnumMap<>(Style.class);
    for (int i = 0; i < vectors.size(); i++) {
      ofStyles.put(styles.get(i), vectors.get(i));
    }
    return ofStyles;
  }
}
