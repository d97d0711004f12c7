package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.Subject;

/**
 * What the fidelity of a picture of one thing is measured against: the real drawing of its scene.
 * The ceiling is that drawing moved by two pixels, which no viewer would mind; the floor is another
 * concept in its place.
 */
record Fidelity(SceneRenderer renderer) {
  private static final int MOVED = 2;

  /** Whether the scene is one thing in its proper place. */
  boolean concerns(Scene scene) {
    return scene.subject() instanceof Subject.Single;
  }

  /** The picture moved to the right and down; what enters is the pixel at the rim. */
  static Image moved(Image image) {
    float[] pixels = new float[image.pixels().length];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int from = Math.max(0, y - MOVED) * image.width() + Math.max(0, x - MOVED);
        System.arraycopy(image.pixels(), 3 * from, pixels, 3 * (y * image.width() + x), 3);
      }
    }
    return new Image(image.width(), image.height(), pixels);
  }

  /**
   * A scene's size and background with the concept of another scene.
   *
   * @param other a scene that this {@link #concerns}
   */
  Image instead(Scene scene, Scene other, int imageSize) {
    var single = (Subject.Single) scene.subject();
    var concept = ((Subject.Single) other.subject()).concept();
    return renderer.render(
        Scene.of(new Subject.Single(concept, single.size()), other.style(), scene.background()),
        imageSize);
  }
}
