package io.diffusion4j.evaluation.judge;

import io.diffusion4j.emoji.EmojiDataset;
import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.nn.Tensors;
import io.diffusion4j.tf.train.BatchSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Batches of augmented pictures with their captions for the {@link JudgeObjective}. */
final class JudgeBatches implements BatchSource {
  private final EmojiDataset data;
  private final Words words;
  private final int length;
  private final Augmentation augmentation;
  private final int batchSize;
  private final long seed;
  private final Map<Concept, Integer> indices = new HashMap<>();

  JudgeBatches(
      EmojiDataset data,
      Words words,
      int length,
      Augmentation augmentation,
      int batchSize,
      long seed) {
    this.data = data;
    this.words = words;
    this.length = length;
    this.augmentation = augmentation;
    this.batchSize = batchSize;
    this.seed = seed;
    data.settings().concepts().concepts().forEach(c -> indices.put(c, indices.size()));
  }

  @Override
  public Batch batch(long step) {
    List<float[]> pixels = new ArrayList<>(batchSize);
    List<String> captions = new ArrayList<>(batchSize);
    List<int[]> shown = new ArrayList<>(batchSize);
    for (int i = 0; i < batchSize; i++) {
      long index = step * batchSize + i;
      var example = data.sample(index);
      pixels.add(augmentation.apply(example.image(), BatchSource.random(seed, index)));
      captions.add(example.caption());
      shown.add(
          example.scene().subject().concepts().stream()
              .mapToInt(c -> Objects.requireNonNull(indices.get(c)))
              .toArray());
    }
    var bags = Bags.of(words, length, captions);
    return new Batch(batchSize)
        .floats(JudgeImageNetwork.PIXELS, Tensors.stack(pixels))
        .ints(JudgeTextNetwork.IDS, bags.ids())
        .floats(JudgeTextNetwork.WEIGHTS, bags.weights())
        .floats(JudgeObjective.TARGET, JudgeObjective.targets(shown, indices.size()));
  }
}
