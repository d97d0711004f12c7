package io.diffusion4j.emoji.train;

import static io.diffusion4j.emoji.train.EmojiTechniques.CAPTIONS;
import static io.diffusion4j.emoji.train.EmojiTechniques.CURRICULUM;
import static io.diffusion4j.emoji.train.EmojiTechniques.RELATIONS;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.emoji.EmojiDataset;
import io.diffusion4j.emoji.EmojiDataset.Settings;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneSampler;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Emoji art as the parts of a model are trained on it.
 *
 * @param settings what is shown
 * @param techniques how it is shown
 */
public record EmojiData(EmojiSettings settings, Techniques techniques) implements DataSet {
  static final int SPRITE_SIZE = 128;
  private static final long DATA_SEED = 20_260_101;

  /** The data of a preset, as the model that ships was trained on its. */
  public static EmojiData of(EmojiPreset preset) {
    return new EmojiData(preset.drawn(), EmojiTechniques.STANDARD);
  }

  @Override
  public String name() {
    return "emoji";
  }

  @Override
  public CaptionedImages examples(int imageSize, long seed) {
    return open(training(imageSize, seed));
  }

  @Override
  public CaptionedImages contrasts(Contrasts wanted) {
    int size = wanted.batchSize();
    Settings training = training(wanted.imageSize(), wanted.seed());
    // Backgrounds and colours nearly suffice to tell pairs apart, and then the embedding says
    // little else; in every other batch of a source the background is the same. Which of two
    // things stands where is learned from batches of nothing else, with both orders in them.
    SceneMix alike = settings.scenes().withRowsAlike(size);
    EmojiDataset data = open(training.withScenes(alike));
    if (!techniques.get(RELATIONS)) {
      return data;
    }
    Settings relations = training.withScenes(alike.withRelated(1).withSwaps());
    CaptionedImages batches = inTurn(size, data, data.with(relations));
    if (!techniques.get(CURRICULUM) || !wanted.fresh()) {
      return batches;
    }
    // Who knows many things and not their order has no gradient to it; with few, both are learned.
    ConceptSet concepts = settings.concepts();
    List<Curriculum.Stage> stages = settings.curriculum().stages(concepts.size());
    for (int i = stages.size() - 1; i >= 0; i--) {
      ConceptSet few = concepts.some(stages.get(i).concepts(), wanted.seed());
      CaptionedImages ofFew = data.with(relations.withConcepts(few));
      batches = until(stages.get(i).until() * size, ofFew, batches);
    }
    return batches;
  }

  /** Batches of one and the other in turn. */
  private static CaptionedImages inTurn(int batchSize, CaptionedImages even, CaptionedImages odd) {
    return index -> {
      long batch = index / batchSize;
      return (batch % 2 == 0 ? even : odd).get(batch / 2 * batchSize + index % batchSize);
    };
  }

  private static CaptionedImages until(long first, CaptionedImages before, CaptionedImages then) {
    return index -> (index < first ? before : then).get(index);
  }

  @Override
  public Stream<String> captions(long seed, long most) {
    // A third of everything: what scenes of all kinds are called.
    long dataSeed = DATA_SEED + seed;
    Settings varied = training(8, seed).withScenes(SceneMix.mostlyVaried());
    var scenes = new SceneSampler(varied.concepts(), varied.scenes(), varied.split(), dataSeed);
    var captioner = new Captioner(varied.captions());
    return LongStream.range(0, most)
        .mapToObj(index -> captioner.caption(scenes.scene(index), index, dataSeed));
  }

  @Override
  public SortedMap<String, String> techniques(Use use) {
    return switch (use) {
      case CONTRASTS -> techniques.words();
      case CAPTIONED -> new TreeMap<>(Map.of(CAPTIONS.name(), techniques.word(CAPTIONS)));
      case PICTURES -> Collections.emptySortedMap();
    };
  }

  @Override
  public EmojiData with(String technique, String value) {
    return new EmojiData(settings, techniques.with(technique, value));
  }

  /** None: a model whose weights name no data set was trained on this one. */
  @Override
  public Map<String, String> notes() {
    return Map.of();
  }

  private Settings training(int imageSize, long seed) {
    return Settings.training(settings.concepts(), imageSize, DATA_SEED + seed)
        .withScenes(settings.scenes())
        .withCaptions(techniques.get(CAPTIONS));
  }

  private static EmojiDataset open(Settings settings) {
    return EmojiDataset.open(settings, SPRITE_SIZE);
  }
}
