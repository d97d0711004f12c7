package io.diffusion4j.filters;

import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.filter.ConceptScore;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.LabelClassifier;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Refuses pictures that show one of several concepts, by CLIP without training (Radford et al.
 * 2021, §3.1.4).
 *
 * <p>The score of a concept is the probability that one of its texts describes the picture, among
 * these and its negative texts: the softmax of the scaled cosines, summed over the concept's texts.
 * Thread-safe as its encoder is; the encoder belongs to the caller.
 */
public final class ConceptFilter implements ImageFilter {
  private final String name;
  private final String digest;
  private final List<ConceptClassifier> classifiers;
  private final ImageEncoder images;

  /** A concept and the directions of its texts. */
  private record ConceptClassifier(FilteredConcept concept, LabelClassifier classifier) {
    ConceptScore score(float[] embedding) {
      double[] probabilities = classifier.probabilities(embedding);
      double sum = 0;
      for (int i = 0; i < concept.texts().size(); i++) {
        sum += probabilities[i];
      }
      return new ConceptScore(concept.name(), sum, concept.threshold(), concept.lenient());
    }
  }

  private ConceptFilter(
      String name, String digest, List<ConceptClassifier> classifiers, ImageEncoder images) {
    this.name = name;
    this.digest = digest;
    this.classifiers = classifiers;
    this.images = images;
  }

  /**
   * Embeds the texts of concepts.
   *
   * @param digest identifies the settings and the encoders; may be empty
   * @param logitScale the factor of cosines, such as 100
   */
  public static ConceptFilter of(
      String name,
      String digest,
      List<FilteredConcept> concepts,
      TextEncoder texts,
      ImageEncoder images,
      double logitScale) {
    List<ConceptClassifier> classifiers = new ArrayList<>();
    for (FilteredConcept concept : concepts) {
      List<String> labels =
          Stream.concat(concept.texts().stream(), concept.negative().stream()).toList();
      classifiers.add(
          new ConceptClassifier(
              concept, LabelClassifier.of(texts, labels, LabelClassifier.PLAIN, logitScale)));
    }
    return new ConceptFilter(name, digest, List.copyOf(classifiers), images);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public List<List<ConceptScore>> score(List<Image> pictures) {
    return images.encode(pictures).stream()
        .map(embedding -> classifiers.stream().map(judge -> judge.score(embedding)).toList())
        .toList();
  }
}
