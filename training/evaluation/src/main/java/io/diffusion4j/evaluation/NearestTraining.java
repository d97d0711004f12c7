package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.Splits;
import io.diffusion4j.emoji.scene.Subject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The distance of a picture to the nearest training picture, to detect memorising: the root of the
 * mean square difference of RGB in [−1, 1], at 32×32 pixels. A repeated training picture has
 * distance 0, and real held-out drawings have the distance of the ceiling.
 *
 * <p>It is computed for pictures of one thing in its proper place. The training pictures are all
 * drawings that are not held out, with the size and the background of the scene.
 */
record NearestTraining(ConceptSet concepts, SceneRenderer renderer) {
  private static final int SIZE = 32;

  /**
   * The nearest training picture.
   *
   * @param distance to it
   * @param scene its content
   */
  record Match(double distance, Scene scene) {}

  private record Trained(Scene scene, float[] pixels) {}

  /**
   * Returns the nearest training pictures of some sets of pictures, each with a picture for every
   * scene.
   *
   * @param scenes the scenes of one thing each
   * @return a row for each set
   */
  List<List<Match>> matches(List<Scene> scenes, List<List<Image>> sets) {
    List<List<Match>> matches = new ArrayList<>();
    sets.forEach(set -> matches.add(new ArrayList<>(Collections.nCopies(scenes.size(), null))));
    Map<List<Object>, List<Integer>> alike = new LinkedHashMap<>();
    for (int i = 0; i < scenes.size(); i++) {
      var single = (Subject.Single) scenes.get(i).subject();
      alike
          .computeIfAbsent(
              List.of(single.size(), scenes.get(i).background()), key -> new ArrayList<>())
          .add(i);
    }
    for (List<Integer> indices : alike.values()) {
      List<Trained> trained = trained(scenes.get(indices.get(0)));
      for (int set = 0; set < sets.size(); set++) {
        for (int i : indices) {
          matches.get(set).set(i, nearest(sets.get(set).get(i), trained));
        }
      }
    }
    return matches;
  }

  private static Match nearest(Image image, List<Trained> trained) {
    float[] pixels = Resize.area(image, SIZE, SIZE).pixels();
    return trained.stream()
        .map(t -> new Match(Math.sqrt(Drawings.meanSquare(pixels, t.pixels)), t.scene))
        .min(Comparator.comparingDouble(Match::distance))
        .orElseThrow();
  }

  /** Returns every training drawing, placed as in the scene. */
  private List<Trained> trained(Scene like) {
    var size = ((Subject.Single) like.subject()).size();
    List<Trained> pictures = new ArrayList<>();
    for (Concept concept : concepts.concepts()) {
      for (Style style : concept.icons().keySet()) {
        if (!Splits.isHeldOut(concept, style)) {
          var scene = Scene.of(new Subject.Single(concept, size), style, like.background());
          pictures.add(new Trained(scene, renderer.render(scene, SIZE).pixels()));
        }
      }
    }
    return pictures;
  }
}
