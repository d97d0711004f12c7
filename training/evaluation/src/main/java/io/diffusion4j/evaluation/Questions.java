package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.NamedColor;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneSize;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.emoji.scene.Subject;
import io.diffusion4j.evaluation.judge.EvaluationModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

final class Questions {
  /** The colour of the rim, among ten named colours and white. */
  static final Question BACKGROUND =
      new Question(
          "background",
          Optional.of(SceneSplit.HELD_OUT_BACKGROUND),
          scene -> true,
          (scene, picture) -> picture.seen().background() == scene.background());

  /** The number of things on the background. */
  static final Question COUNT =
      new Question(
          "count",
          Optional.of(SceneSplit.HELD_OUT_COUNT),
          scene -> scene.subject() instanceof Subject.Several,
          (scene, picture) -> picture.seen().things().size() == scene.placements().size());

  /** The size of one thing: small, middle or large. */
  static final Question SIZE =
      new Question(
          "size",
          Optional.empty(),
          scene -> scene.subject() instanceof Subject.Single,
          (scene, picture) ->
              ((Subject.Single) scene.subject()).size() == nearest(picture.seen().extent()));

  private Questions() {}

  private static SceneSize nearest(double extent) {
    SceneSize nearest = SceneSize.MEDIUM;
    for (SceneSize size : SceneSize.values()) {
      if (Math.abs(size.fraction() - extent) < Math.abs(nearest.fraction() - extent)) {
        nearest = size;
      }
    }
    return nearest;
  }

  /**
   * Whether two things are in the right relation. The relation is read from the centroids of two
   * halves. The halves are matched to the two concepts by the assignment with the nearer drawings,
   * pixel by pixel.
   */
  static Question relation(Drawings drawings) {
    return new Question(
        "relation",
        Optional.of(SceneSplit.HELD_OUT_RELATION),
        scene -> scene.subject() instanceof Subject.Pair,
        (scene, picture) -> stand(drawings, (Subject.Pair) scene.subject(), picture));
  }

  private static boolean stand(Drawings drawings, Subject.Pair pair, MeasuredImage picture) {
    var halves = picture.seen().halves();
    if (halves.isEmpty() || halves.get().relation() != pair.relation()) {
      return false;
    }
    NamedColor background = picture.seen().background();
    float[] first = Drawings.cut(picture.image(), halves.get().first());
    float[] second = Drawings.cut(picture.image(), halves.get().second());
    return drawings.distance(first, pair.first(), background)
            + drawings.distance(second, pair.second(), background)
        < drawings.distance(first, pair.second(), background)
            + drawings.distance(second, pair.first(), background);
  }

  /**
   * Whether the largest thing in a picture is nearer to the drawing of its concept in the requested
   * style than to that in any other style.
   */
  static Question style(Drawings drawings) {
    return new Question(
        "style",
        Optional.of(SceneSplit.HELD_OUT_STYLE),
        scene -> scene.subject().concepts().size() == 1,
        (scene, picture) -> nearest(drawings, scene, picture).equals(Optional.of(scene.style())));
  }

  private static Optional<Style> nearest(Drawings drawings, Scene scene, MeasuredImage picture) {
    Concept concept = scene.subject().concepts().get(0);
    return picture.seen().things().stream()
        .findFirst()
        .map(thing -> Drawings.cut(picture.image(), thing))
        .map(thing -> drawings.distances(thing, concept, picture.seen().background()))
        .flatMap(distances -> distances.entrySet().stream().min(Map.Entry.comparingByValue()))
        .map(Map.Entry::getKey);
  }

  /**
   * Whether the right name is the judge's first, or among its first five, of all names and of those
   * without near-duplicates. The question applies to pictures of one concept.
   *
   * @param names the concepts whose names the judge chooses from
   */
  static List<Question> retrieval(EvaluationModel judge, ConceptSet names) {
    List<Question> questions = new ArrayList<>();
    for (ConceptSet concepts : List.of(names, names.withoutNearDuplicates())) {
      String suffix = questions.isEmpty() ? "" : ", distinct";
      Map<Concept, Integer> indices = new HashMap<>();
      concepts.concepts().forEach(c -> indices.put(c, indices.size()));
      List<float[]> vectors =
          judge.texts(concepts.concepts().stream().map(Captioner::named).toList());
      for (int k : new int[] {1, 5}) {
        questions.add(
            new Question(
                "retrieval r@" + k + suffix,
                Optional.empty(),
                scene ->
                    scene.subject().concepts().size() == 1
                        && indices.containsKey(scene.subject().concepts().get(0)),
                (scene, picture) -> {
                  Concept shown = scene.subject().concepts().get(0);
                  int right = Objects.requireNonNull(indices.get(shown));
                  return rank(picture.vector(), vectors, right) < k;
                }));
      }
    }
    return questions;
  }

  /**
   * Returns the number of others that are at least as near as the right one; a tie counts against
   * it.
   */
  private static int rank(float[] vector, List<float[]> all, int right) {
    double similarity = Vectors.dot(vector, all.get(right));
    int better = 0;
    for (int i = 0; i < all.size(); i++) {
      if (i != right && Vectors.dot(vector, all.get(i)) >= similarity) {
        better++;
      }
    }
    return better;
  }
}
