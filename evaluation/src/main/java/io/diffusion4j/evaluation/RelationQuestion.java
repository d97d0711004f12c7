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
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.emoji.scene.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether two things stand as they should. How they stand is read from the centroids of two halves;
 * which of them is which, from the drawings there are of the two concepts: of the two assignments
 * the one counts whose drawings are nearer, pixel by pixel. Thread-safe.
 */
public final class RelationQuestion implements Question {
  /** Height and width at which things are compared. */
  private static final int SIZE = 16;

  private static final int DRAWN = 64;

  /** A concept before a background. */
  private record Before(Concept concept, NamedColor background) {}

  private final SceneRenderer renderer;
  private final Map<Before, List<float[]>> drawings = new ConcurrentHashMap<>();

  /**
   * A question about pictures of some concepts.
   *
   * @param renderer draws all of them, in all styles
   */
  public RelationQuestion(SceneRenderer renderer) {
    this.renderer = renderer;
  }

  @Override
  public String name() {
    return "relation";
  }

  @Override
  public Optional<Split> heldOut() {
    return Optional.of(Split.HELD_OUT_RELATION);
  }

  @Override
  public boolean concerns(Scene scene) {
    return scene.subject() instanceof Subject.Pair;
  }

  @Override
  public boolean agrees(Scene scene, Reading picture) {
    var pair = (Subject.Pair) scene.subject();
    var halves = picture.seen().halves();
    if (halves.isEmpty() || halves.get().relation() != pair.relation()) {
      return false;
    }
    NamedColor background = picture.seen().background();
    float[] first = cut(picture.image(), halves.get().first());
    float[] second = cut(picture.image(), halves.get().second());
    double asSaid =
        distance(first, pair.first(), background) + distance(second, pair.second(), background);
    double swapped =
        distance(first, pair.second(), background) + distance(second, pair.first(), background);
    return asSaid < swapped;
  }

  /** The mean square difference to the nearest drawing of a concept. */
  private double distance(float[] thing, Concept concept, NamedColor background) {
    return drawings.computeIfAbsent(new Before(concept, background), this::draw).stream()
        .mapToDouble(drawing -> Distances.meanSquare(thing, drawing))
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }

  /** A concept in all styles, but for those that leave nothing to see, as white on white. */
  private List<float[]> draw(Before before) {
    List<float[]> drawn = new ArrayList<>();
    for (Style style : before.concept.icons().keySet()) {
      var subject = new Subject.Single(before.concept, SceneSize.LARGE);
      Image drawing = renderer.render(Scene.of(subject, style, before.background), DRAWN);
      Observation.of(drawing).things().stream()
          .findFirst()
          .ifPresent(whole -> drawn.add(cut(drawing, whole)));
    }
    return drawn;
  }

  /** The box of a thing, at a common size. */
  private static float[] cut(Image image, Blob box) {
    int left = (int) Math.floor(box.left() * image.width());
    int top = (int) Math.floor(box.top() * image.height());
    int width = Math.max(1, (int) Math.ceil(box.right() * image.width()) - left);
    int height = Math.max(1, (int) Math.ceil(box.bottom() * image.height()) - top);
    float[] pixels = new float[3 * width * height];
    for (int y = 0; y < height; y++) {
      int from = 3 * ((top + y) * image.width() + left);
      System.arraycopy(image.pixels(), from, pixels, 3 * y * width, 3 * width);
    }
    return Resize.area(new Image(width, height, pixels), SIZE, SIZE).pixels();
  }
}
