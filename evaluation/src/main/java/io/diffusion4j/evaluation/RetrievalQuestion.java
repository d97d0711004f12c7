package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.evaluation.judge.Judge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether the judge has the name of what is shown among its first k of all names: recall at k.
 * Asked of pictures of one concept; a tie counts against.
 */
public final class RetrievalQuestion implements Question {
  private final String name;
  private final int k;
  private final Map<Concept, Integer> indices = new HashMap<>();
  private final List<float[]> names;

  private RetrievalQuestion(String name, int k, ConceptSet concepts, Judge judge) {
    this.name = name;
    this.k = k;
    concepts.concepts().forEach(c -> indices.put(c, indices.size()));
    this.names = judge.texts(concepts.concepts().stream().map(Captioner::named).toList());
  }

  /**
   * Among all core concepts, and among those less near-duplicates, the first and the first five.
   */
  public static List<Question> standard(Judge judge) {
    List<Question> questions = new ArrayList<>();
    for (int k : new int[] {1, 5}) {
      questions.add(new RetrievalQuestion("retrieval R@" + k, k, ConceptSet.core(), judge));
    }
    var distinct = ConceptSet.core().withoutNearDuplicates();
    for (int k : new int[] {1, 5}) {
      questions.add(new RetrievalQuestion("retrieval R@" + k + ", distinct", k, distinct, judge));
    }
    return questions;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<Split> heldOut() {
    return Optional.empty();
  }

  @Override
  public boolean concerns(Scene scene) {
    List<Concept> shown = scene.subject().concepts();
    return shown.size() == 1 && indices.containsKey(shown.get(0));
  }

  @Override
  public boolean agrees(Scene scene, Reading picture) {
    int right = Objects.requireNonNull(indices.get(scene.subject().concepts().get(0)));
    return Distances.rank(picture.vector(), names, right) < k;
  }
}
