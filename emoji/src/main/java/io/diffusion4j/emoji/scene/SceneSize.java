package io.diffusion4j.emoji.scene;

import java.util.List;

/** The size of a single thing in the picture; captions do not mention the middle size. */
public enum SceneSize {
  SMALL(0.38),
  MEDIUM(0.70),
  LARGE(0.92);

  private final double fraction;

  SceneSize(double fraction) {
    this.fraction = fraction;
  }

  /** Returns the longer side of the thing as a fraction of the picture's side. */
  public double fraction() {
    return fraction;
  }

  /** Returns the adjectives for it, the plainest first; none for {@link #MEDIUM}. */
  public List<String> words() {
    return switch (this) {
      case SMALL -> List.of("small", "little", "tiny");
      case MEDIUM -> List.of();
      case LARGE -> List.of("large", "big", "huge");
    };
  }
}
