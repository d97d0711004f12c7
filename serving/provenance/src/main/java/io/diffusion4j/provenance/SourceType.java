package io.diffusion4j.provenance;

import java.util.Optional;
import java.util.stream.Stream;

/** How a picture came about, in the IPTC's vocabulary of digital source types. */
public enum SourceType {
  /** A trained model drew it, without another picture. */
  TRAINED_ALGORITHMIC_MEDIA("trainedAlgorithmicMedia"),

  /** A trained model drew it from another picture: an edit, a variation, an interpolation. */
  COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA("compositeWithTrainedAlgorithmicMedia");

  private static final String VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/";

  private final String term;

  SourceType(String name) {
    this.term = VOCABULARY + name;
  }

  /** Returns the term, a URI. */
  public String term() {
    return term;
  }

  /** Returns the type of a term; empty if it is another one of the vocabulary, or none. */
  public static Optional<SourceType> of(String term) {
    return Stream.of(values()).filter(type -> type.term.equals(term)).findFirst();
  }
}
