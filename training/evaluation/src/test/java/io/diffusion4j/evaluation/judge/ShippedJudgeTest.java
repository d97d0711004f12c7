package io.diffusion4j.evaluation.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Sprites;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the judge in the repository knows of drawings that it was not trained with. */
@Tag("slow")
class ShippedJudgeTest {
  private static final Path FOLDER = Path.of("..", "..", "emoji", "judge");

  @Test
  void itFindsTheNamesOfHeldOutDrawings() {
    ConceptSet concepts = ConceptSet.core();
    var renderer = new SceneRenderer(Sprites.load(concepts, EnumSet.allOf(Style.class), 128));
    List<Scene> scenes = JudgeTraining.drawings(concepts, SceneSplit.HELD_OUT_STYLE);
    List<Image> drawings = scenes.stream().map(scene -> renderer.render(scene, 128)).toList();
    int first = 0;
    int five = 0;
    try (EvaluationModel judge = EvaluationModel.load(FOLDER, Compute.of(Precision.FLOAT32))) {
      List<float[]> names = judge.texts(JudgeTraining.names(concepts));
      List<float[]> vectors = judge.images(drawings);
      for (int i = 0; i < vectors.size(); i++) {
        Concept shown = scenes.get(i).subject().concepts().get(0);
        int rank = rank(vectors.get(i), names, concepts.concepts().indexOf(shown));
        first += rank < 1 ? 1 : 0;
        five += rank < 5 ? 1 : 0;
      }
    }
    // By chance, 0.1 % and 0.5 %.
    assertThat((double) first / drawings.size())
        .as("R@1 of " + drawings.size())
        .isGreaterThan(0.47);
    assertThat((double) five / drawings.size()).as("R@5 of " + drawings.size()).isGreaterThan(0.7);
  }

  private static int rank(float[] vector, List<float[]> names, int right) {
    double own = Vectors.dot(vector, names.get(right));
    int better = 0;
    for (int i = 0; i < names.size(); i++) {
      better += i != right && Vectors.dot(vector, names.get(i)) >= own ? 1 : 0;
    }
    return better;
  }
}
