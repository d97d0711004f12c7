package io.diffusion4j.emoji.scene;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import java.util.List;

/** Concepts by name. */
final class Fixtures {
  private Fixtures() {}

  static Concept concept(String label) {
    return ConceptSet.ofLabels(label, List.of(label)).concepts().get(0);
  }

  static Subject.Single single(String label) {
    return new Subject.Single(concept(label), SceneSize.MEDIUM);
  }
}
