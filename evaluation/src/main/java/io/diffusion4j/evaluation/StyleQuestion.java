package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.evaluation.judge.Judge;
import java.util.List;
import java.util.Optional;

/** Whether the judge finds the style that was asked for the likeliest of the eight. */
public final class StyleQuestion implements Question {
  private static final List<Style> STYLES = List.of(Style.values());

  private final List<float[]> words;

  public StyleQuestion(Judge judge) {
    words = judge.texts(STYLES.stream().map(Style::words).toList());
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
    return Distances.rank(picture.vector(), words, STYLES.indexOf(scene.style())) == 0;
  }
}
