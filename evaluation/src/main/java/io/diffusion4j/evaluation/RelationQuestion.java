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
import java.util.Optional;

/**
 * Whether two things stand as they should. How they stand is read from the centroids of two halves;
 * which of them is which, from the drawings there are of the two concepts: of the two assignments
 * the one counts whose drawings are nearer, pixel by pixel.
 */
public final class RelationQuestion implements Question {
  /** Height and width at which things are compared. */
  private static final int SIZE = 16;

  private static final int DRAWN = 64;

  private final SceneRenderer renderer;

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
    double nearest = Double.POSITIVE_INFINITY;
    for (Style style : concept.icons().keySet()) {
      var subject = new Subject.Single(concept, SceneSize.LARGE);
      Image drawing = renderer.render(Scene.of(subject, style, background), DRAWN);
      Optional<Blob> whole = Observation.of(drawing).things().stream().findFirst();
      if (whole.isPresent()) { // white on white leaves nothing to compare with
        nearest = Math.min(nearest, Distances.meanSquare(thing, cut(drawing, whole.get())));
      }
    }
    return nearest;
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
