package io.diffusion4j.data;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.argument.Check;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A data set with the technique {@code augmentation}, by default {@code none}.
 *
 * @param of the data set whose examples are augmented
 * @param techniques the augmentation alone
 */
public record AugmentedData(DataSet of, Techniques techniques) implements DataSet {
  private static final TrainingOption<ExampleAugmentation> AUGMENTATION =
      TrainingOption.oneOf("augmentation", "none", Map.of("none", ExampleAugmentation.NONE));

  /** Creates a data set that is not augmented yet. */
  public static AugmentedData of(DataSet data, Map<String, ?> augmentations) {
    var none = Techniques.of(AUGMENTATION);
    return new AugmentedData(data, none.adding(AUGMENTATION.name(), augmentations));
  }

  private CaptionedImages augmented(CaptionedImages images, long seed) {
    if (!techniques.isChanged(AUGMENTATION)) {
      return images;
    }
    ExampleAugmentation change = techniques.get(AUGMENTATION);
    return index -> {
      CaptionedImage example = images.get(index);
      var changed = change.apply(example, new SplittableRandom(31 * seed + index));
      var size = List.of(example.image().width(), example.image().height());
      var now = List.of(changed.image().width(), changed.image().height());
      Check.that(now.equals(size), AUGMENTATION.name(), now, "%s, the size of the picture", size);
      return changed;
    };
  }

  @Override
  public String name() {
    return of.name();
  }

  @Override
  public CaptionedImages examples(int imageSize, long seed) {
    return augmented(of.examples(imageSize, seed), seed);
  }

  @Override
  public CaptionedImages bucketed(ImageBuckets buckets, int batchSize, long seed) {
    return augmented(of.bucketed(buckets, batchSize, seed), seed);
  }

  @Override
  public CaptionedImages contrasts(Contrasts wanted) {
    return augmented(of.contrasts(wanted), wanted.seed());
  }

  @Override
  public Stream<String> captions(long seed, long most) {
    return of.captions(seed, most);
  }

  @Override
  public OptionalLong size() {
    return of.size();
  }

  @Override
  public List<String> classes() {
    return of.classes();
  }

  @Override
  public SortedMap<String, String> techniques(Use use) {
    var all = new TreeMap<>(of.techniques(use));
    all.putAll(techniques.words());
    return all;
  }

  @Override
  public DataSet with(String technique, String value) {
    if (!techniques.words().containsKey(technique)) {
      return new AugmentedData(of.with(technique, value), techniques);
    }
    var changed = new AugmentedData(of, techniques.with(technique, value));
    Check.that(
        embeddings().isEmpty() || !changed.techniques.isChanged(AUGMENTATION),
        technique,
        value,
        "none, as the embeddings are those of the pictures without it");
    return changed;
  }

  @Override
  public Optional<ImageEmbedder> embeddings() {
    return of.embeddings();
  }

  @Override
  public Map<String, String> origin() {
    return of.origin();
  }

  @Override
  public Map<String, String> notes() {
    return of.notes();
  }
}
