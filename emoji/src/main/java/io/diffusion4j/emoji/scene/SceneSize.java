package io.diffusion4j.emoji.scene;

import java.util.List;

/** How much of the picture a single thing fills; the middle size is the one that goes unsaid. */
public enum SceneSize {
  SMALL(0.38),
  MEDIUM(0.70),
  LARGE(0.92);

  private final double fraction;

  SceneSize(double fraction) {
    this.fraction = fraction;
  }

  /** The longer side of the thing over the side of the picture. */
  public double fraction() {
    return fraction;
  }

  /** The adjectives that say it, the plainest first; none for {@link #MEDIUM}. */
  public List<String> words() {
    return switch (this) {
      case SMALL -> List.of("small", "little", "tiny");
      case MEDIUM -> List.of();
      case LARGE -> List.of("large", "big", "huge");
    };
  }
}
