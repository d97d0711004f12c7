package io.diffusion4j.training.survey;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a set of pictures has.
 *
 * @param name of the set
 * @param pictures how many there are, broken ones included
 * @param sizes of those that can be read
 * @param captions of all
 * @param model the captions as a model would read them; nothing if none was named
 * @param duplicates the keys of pictures with the same pixels, in groups of two or more
 * @param broken the keys of pictures that cannot be read, each with the reason
 */
public record Survey(
    String name,
    long pictures,
    Sizes sizes,
    Captions captions,
    Optional<Reading> model,
    List<List<String>> duplicates,
    List<String> broken) {
  /**
   * Sizes of pictures in pixels.
   *
   * @param shorterSides how many pictures have a shorter side of at least so many pixels and less
   *     than twice as many, by powers of two
   */
  public record Sizes(Spread width, Spread height, SortedMap<Integer, Long> shorterSides) {}

  /**
   * Captions of pictures.
   *
   * @param captioned how many pictures have at least one
   * @param count of all captions
   * @param words of a caption
   * @param vocabulary how many different words there are
   * @param frequent the most frequent words
   */
  public record Captions(
      long captioned, long count, Spread words, long vocabulary, List<Word> frequent) {}

  /**
   * Captions as a model reads them.
   *
   * @param tokens of a caption, with start and end; of one that is too long, those that are read
   * @param limit how many tokens are read at most
   * @param cut how many captions are too long
   * @param unknown how many different words the model was not trained with, if it has a list of
   *     those it was trained with
   * @param frequentUnknown those in the most captions, with how many
   */
  public record Reading(
      Spread tokens, int limit, long cut, Optional<Long> unknown, List<Word> frequentUnknown) {}

  /** A word and how often it occurs. */
  public record Word(String word, long count) {}

  /** The share of pictures that cannot be read. */
  public double brokenShare() {
    return (double) broken.size() / pictures;
  }
}
