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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a picture is from the nearest one that was trained on, to disclose memorising: the root
 * of the mean square difference of RGB in [−1, 1], at 32×32 pixels. A model that repeats a training
 * picture has distance 0 where real drawings that were held out have that of the ceiling.
 *
 * <p>Asked of pictures of one thing in its proper place: the training pictures that it could repeat
 * are every drawing that is not held out, at the size and before the background that was asked for.
 */
record NearestTraining(ConceptSet concepts, SceneRenderer renderer) {
  private static final int SIZE = 32;

  /**
   * The distances of some sets of pictures, each with a picture for every scene.
   *
   * @param scenes of one thing each
   * @return a row for each set
   */
  List<double[]> distances(List<Scene> scenes, List<List<Image>> sets) {
    List<double[]> distances = new ArrayList<>();
    sets.forEach(set -> distances.add(new double[scenes.size()]));
    Map<List<Object>, List<Integer>> alike = new LinkedHashMap<>();
    for (int i = 0; i < scenes.size(); i++) {
      var single = (Subject.Single) scenes.get(i).subject();
      alike
          .computeIfAbsent(
              List.of(single.size(), scenes.get(i).background()), key -> new ArrayList<>())
          .add(i);
    }
    for (List<Integer> indices : alike.values()) {
      List<float[]> trained = trained(scenes.get(indices.get(0)));
      for (int set = 0; set < sets.size(); set++) {
        for (int i : indices) {
          float[] picture = Resize.area(sets.get(set).get(i), SIZE, SIZE).pixels();
          double nearest = Double.POSITIVE_INFINITY;
          for (float[] other : trained) {
            nearest = Math.min(nearest, Drawings.meanSquare(picture, other));
          }
          distances.get(set)[i] = Math.sqrt(nearest);
        }
      }
    }
    return distances;
  }

  /** Every drawing that is trained on, placed as in the scene. */
  private List<float[]> trained(Scene like) {
    var size = ((Subject.Single) like.subject()).size();
    List<float[]> pictures = new ArrayList<>();
    for (Concept concept : concepts.concepts()) {
      for (Style style : concept.icons().keySet()) {
        if (!Splits.isHeldOut(concept, style)) {
          var scene = Scene.of(new Subject.Single(concept, size), style, like.background());
          pictures.add(renderer.render(scene, SIZE).pixels());
        }
      }
    }
    return pictures;
  }
}
