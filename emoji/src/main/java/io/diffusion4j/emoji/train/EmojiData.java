package io.diffusion4j.emoji.train;

import static io.diffusion4j.emoji.train.EmojiTechniques.CAPTIONS;
import static io.diffusion4j.emoji.train.EmojiTechniques.CURRICULUM;
import static io.diffusion4j.emoji.train.EmojiTechniques.RELATIONS;
import static io.diffusion4j.emoji.train.EmojiTechniques.SCENES;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.data.TrainingOption;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.emoji.EmojiDataset;
import io.diffusion4j.emoji.EmojiDataset.Settings;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.Captioner;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.scene.SceneSampler;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The training data of a model's parts, from emoji art.
 *
 * @param settings the content of the pictures
 * @param techniques the techniques of sampling and captions
 */
public record EmojiData(EmojiSettings settings, Techniques techniques) implements DataSet {
  static final int SPRITE_SIZE = 128;
  private static final long DATA_SEED = 20_260_101;

  /** Returns the data of a preset with the techniques of the shipped model's training. */
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
    // Backgrounds and colours nearly suffice to distinguish pairs, and then the embedding learns
    // little else; so every other batch of a source has a single background. The order of two
    // things is learned from batches with nothing else, which contain both orders; and styles, if
    // they are named in plain words, from pictures of one thing in two styles.
    SceneMix alike = training.scenes().withRowsAlike(size);
    boolean styles = settings.plainStyles() > 0;
    EmojiDataset data = open(training.withScenes(styles ? alike.withSwaps() : alike));
    if (!techniques.get(RELATIONS)) {
      return data;
    }
    Settings relations = training.withScenes(alike.withRelated(1).withSwaps());
    CaptionedImages batches = inTurn(size, data, data.with(relations));
    if (!techniques.get(CURRICULUM) || !wanted.fresh()) {
      return batches;
    }
    // A CLIP that knows many things but not their order gets no gradient towards the order; with
    // few things it learns both.
    ConceptSet concepts = settings.concepts();
    List<Curriculum.Stage> stages = settings.curriculum().stages(concepts.size());
    for (int i = stages.size() - 1; i >= 0; i--) {
      ConceptSet few = concepts.some(stages.get(i).concepts(), wanted.seed());
      CaptionedImages ofFew = data.with(relations.withConcepts(few));
      batches = until(stages.get(i).until() * size, ofFew, batches);
    }
    return batches;
  }

  /** Alternates batches of the two sources. */
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
    // The setting's name for equal shares of all kinds of scenes.
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
      case CAPTIONED -> words(CAPTIONS, SCENES);
      case PICTURES -> words(SCENES);
    };
  }

  private SortedMap<String, String> words(TrainingOption<?>... some) {
    var words = new TreeMap<String, String>();
    Arrays.stream(some)
        .forEach(technique -> words.put(technique.name(), techniques.word(technique)));
    return words;
  }

  @Override
  public EmojiData with(String technique, String value) {
    return new EmojiData(settings, techniques.with(technique, value));
  }

  @Override
  public Map<String, String> origin() {
    return Map.of(
        "data",
        "emoji of "
            + settings.concepts().name()
            + " with the digest "
            + Sha256.hex(settings.toString().getBytes(UTF_8)).substring(0, 16));
  }

  /** Empty, since a model whose weights name no data set was trained on this one. */
  @Override
  public Map<String, String> notes() {
    return Map.of();
  }

  private Settings training(int imageSize, long seed) {
    return Settings.training(settings.concepts(), imageSize, DATA_SEED + seed)
        .withScenes(techniques.get(SCENES).apply(settings.scenes()))
        .withCaptions(techniques.get(CAPTIONS).withPlainStyles(settings.plainStyles()));
  }

  private static EmojiDataset open(Settings settings) {
    return EmojiDataset.open(settings, SPRITE_SIZE);
  }
}
