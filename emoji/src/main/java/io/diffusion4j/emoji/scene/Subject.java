package io.diffusion4j.emoji.scene;

import io.diffusion4j.emoji.art.Concept;
import java.util.List;

/** The subject of a scene: one thing, several of one kind, or two things in a relation. */
public sealed interface Subject {
  /** Returns the concepts, each once, in reading order. */
  List<Concept> concepts();

  /** One thing. */
  record Single(Concept concept, SceneSize size) implements Subject {
    @Override
    public List<Concept> concepts() {
      return List.of(concept);
    }
  }

  /**
   * Several things of one kind.
   *
   * @param count 2 to {@value #MAX_COUNT}
   */
  record Several(Concept concept, int count) implements Subject {
    /** A small picture has no room for more. */
    public static final int MAX_COUNT = 4;

    public Several {
      if (count < 2 || count > MAX_COUNT) {
        throw new IllegalArgumentException("count: " + count + " (expected: 2 to 4)");
      }
    }

    @Override
    public List<Concept> concepts() {
      return List.of(concept);
    }
  }

  /** Two different things, the first left of or above the second. */
  record Pair(Concept first, Relation relation, Concept second) implements Subject {
    public Pair {
      if (first.equals(second)) {
        throw new IllegalArgumentException(
            "second: " + second + " (expected: other than the first)");
      }
    }

    @Override
    public List<Concept> concepts() {
      return List.of(first, second);
    }

    /** Returns the same two things exchanged. */
    public Pair swapped() {
      return new Pair(/* first= */ second, relation, /* second= */ first);
    }
  }
}
