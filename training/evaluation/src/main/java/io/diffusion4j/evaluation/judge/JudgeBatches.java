package io.diffusion4j.evaluation.judge;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.NamedColor;
import io.diffusion4j.emoji.scene.Placement;
import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneRenderer;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.train.BatchSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Batches for the {@link JudgeObjective}: augmented {@link CloseUp}s of drawings, on backgrounds of
 * all colours.
 */
final class JudgeBatches implements BatchSource {
  /** The probability of a white background; otherwise all colours are equally likely. */
  private static final double WHITE = 0.4;

  /** The size of a drawing relative to the picture's, with a margin for rotation and zoom. */
  private static final double OVERSIZE = 1.25;

  private static final List<NamedColor> BACKGROUNDS = List.of(NamedColor.values());

  private final SceneRenderer renderer;
  private final List<Scene> drawings;
  private final Augmentation augmentation;
  private final int batchSize;
  private final long seed;
  private final Map<Concept, Integer> indices = new HashMap<>();

  /**
   * @param concepts the concepts that the judge distinguishes, in the order of its names
   * @param drawings the drawings to show, each a scene of one thing
   */
  JudgeBatches(
      ConceptSet concepts,
      SceneRenderer renderer,
      List<Scene> drawings,
      Augmentation augmentation,
      int batchSize,
      long seed) {
    this.renderer = renderer;
    this.drawings = List.copyOf(drawings);
    this.augmentation = augmentation;
    this.batchSize = batchSize;
    this.seed = seed;
    concepts.concepts().forEach(c -> indices.put(c, indices.size()));
  }

  @Override
  public Batch batch(long step) {
    List<float[]> pixels = new ArrayList<>(batchSize);
    int[] concepts = new int[batchSize];
    for (int i = 0; i < batchSize; i++) {
      SplittableRandom random = BatchSource.random(seed, step * batchSize + i);
      Scene drawing = drawings.get(random.nextInt(drawings.size()));
      pixels.add(picture(drawing, random));
      concepts[i] = Objects.requireNonNull(indices.get(drawing.subject().concepts().get(0)));
    }
    return new Batch(batchSize)
        .floats(JudgeImageNetwork.PIXELS, Rows.stack(pixels))
        .ints(JudgeObjective.CONCEPT, concepts);
  }

  private float[] picture(Scene drawing, SplittableRandom random) {
    boolean white = random.nextDouble() < WHITE;
    NamedColor other = BACKGROUNDS.get(random.nextInt(BACKGROUNDS.size()));
    Concept concept = drawing.subject().concepts().get(0);
    var scene =
        new Scene(
            drawing.subject(),
            drawing.style(),
            Optional.empty(),
            white ? NamedColor.WHITE : other,
            List.of(new Placement(concept, 0.5, 0.5, CloseUp.FRACTION)));
    int size = (int) (OVERSIZE * augmentation.size());
    return augmentation.apply(renderer.render(scene, size), random);
  }
}
