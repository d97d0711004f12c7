package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.NamedColor;
import io.diffusion4j.emoji.scene.Observation;
import io.diffusion4j.emoji.scene.Observation.Blob;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.SceneSize;
import io.diffusion4j.emoji.scene.Subject;
import io.diffusion4j.evaluation.judge.CloseUp;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All drawings of each concept, for comparison with things in pictures, pixel by pixel, at a common
 * size. Thread-safe.
 */
final class Drawings {
  /** Height and width at which things are compared. */
  private static final int SIZE = 16;

  private static final int DRAWN = 64;

  private record Before(Concept concept, NamedColor background) {}

  private final SceneRenderer renderer;
  private final Map<Before, Map<Style, float[]>> drawings = new ConcurrentHashMap<>();

  /** Draws the concepts, in all styles. */
  Drawings(SceneRenderer renderer) {
    this.renderer = renderer;
  }

  /**
   * Returns the mean square difference between a thing and a concept in each style, without
   * invisible ones such as white on white.
   *
   * @param thing a result of {@link #cut}
   */
  Map<Style, Double> distances(float[] thing, Concept concept, NamedColor background) {
    Map<Style, Double> distances = new EnumMap<>(Style.class);
    drawings
        .computeIfAbsent(new Before(concept, background), this::draw)
        .forEach((style, other) -> distances.put(style, meanSquare(thing, other)));
    return distances;
  }

  private Map<Style, float[]> draw(Before before) {
    Map<Style, float[]> drawn = new EnumMap<>(Style.class);
    for (Style style : before.concept.icons().keySet()) {
      var subject = new Subject.Single(before.concept, SceneSize.LARGE);
      Image drawing = renderer.render(Scene.of(subject, style, before.background), DRAWN);
      Observation.of(drawing).things().stream()
          .findFirst()
          .ifPresent(whole -> drawn.put(style, cut(drawing, whole)));
    }
    return drawn;
  }

  /** Returns the distance of a thing to the nearest drawing of a concept. */
  double distance(float[] thing, Concept concept, NamedColor background) {
    return distances(thing, concept, background).values().stream()
        .mapToDouble(d -> d)
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }

  static double meanSquare(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = a[i] - b[i];
      sum += difference * difference;
    }
    return sum / a.length;
  }

  /** Returns the box of a thing, at the common size. */
  static float[] cut(Image image, Blob box) {
    int left = (int) Math.floor(box.left() * image.width());
    int top = (int) Math.floor(box.top() * image.height());
    int width = Math.max(1, (int) Math.ceil(box.right() * image.width()) - left);
    int height = Math.max(1, (int) Math.ceil(box.bottom() * image.height()) - top);
    return Resize.area(CloseUp.cut(image, left, top, width, height), SIZE, SIZE).pixels();
  }
}
