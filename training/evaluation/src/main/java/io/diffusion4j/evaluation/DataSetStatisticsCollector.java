package io.diffusion4j.evaluation;

import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.data.BadCaptionException;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.Tally;
import io.diffusion4j.data.files.CleanCopy;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.evaluation.DataSetStatistics.Word;
import io.diffusion4j.unclip.KnownWords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Collects statistics of a set of pictures. Decoding, the slow part, is separate from recording, so
 * it can run on several threads.
 */
public final class DataSetStatisticsCollector {
  private static final int FREQUENT = 20;

  private final PictureSet pictures;
  private final Optional<Model> model;
  private final LongStream.Builder widths = LongStream.builder();
  private final LongStream.Builder heights = LongStream.builder();
  private final TreeMap<Integer, Long> shorterSides = new TreeMap<>();
  private final Map<BigInteger, List<String>> byHash = new LinkedHashMap<>();
  private final List<String> broken = new ArrayList<>();
  private final LongStream.Builder words = LongStream.builder();
  private final LongStream.Builder tokens = LongStream.builder();
  private final Tally badCaptions = new Tally();
  private final WordCounts vocabulary = new WordCounts();
  private final WordCounts unknown = new WordCounts();
  private long captioned;
  private long captions;
  private long cut;

  /**
   * Creates a surveyor without observations.
   *
   * @param model reads the captions
   */
  public DataSetStatisticsCollector(PictureSet pictures, Optional<Model> model) {
    this.pictures = pictures;
    this.model = model;
  }

  /**
   * A model's reading of captions.
   *
   * @param known the words that it was trained with, if it has a word list
   */
  public record Model(ClipTokenizer tokenizer, Optional<KnownWords> known) {
    /**
     * Reads that of a pipeline folder.
     *
     * @throws UncheckedIOException if it has none
     */
    public static Model of(Path folder) {
      try {
        return new Model(ClipTokenizer.load(folder.resolve("tokenizer")), KnownWords.read(folder));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the tokenizer of " + folder + ": " + e, e);
      }
    }
  }

  /**
   * A decoded picture.
   *
   * @param width the width in pixels, 0 if it is broken
   * @param height the height in pixels, 0 if it is broken
   * @param hash the hash of its size and pixels
   * @param broken the reason why it cannot be read; empty if it can
   */
  public record Look(int width, int height, BigInteger hash, Optional<String> broken) {}

  /** Decodes a picture. Thread-safe. */
  public Look look(long index) {
    try {
      Image image = pictures.image(index);
      return new Look(image.width(), image.height(), CleanCopy.hash(image), Optional.empty());
    } catch (UncheckedIOException e) {
      return new Look(0, 0, BigInteger.ZERO, Optional.of(String.valueOf(e.getMessage())));
    }
  }

  /** Notes a picture and its captions. */
  public void note(long index, Look look) {
    if (look.broken.isPresent()) {
      broken.add(look.broken.get());
    } else {
      widths.add(look.width);
      heights.add(look.height);
      int shorter = Math.min(look.width, look.height);
      shorterSides.merge(Integer.highestOneBit(shorter), 1L, Long::sum);
      byHash.computeIfAbsent(look.hash, unused -> new ArrayList<>(1)).add(pictures.key(index));
    }
    List<String> texts;
    try {
      texts = pictures.captions(index);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof BadCaptionException bad) {
        badCaptions.add(bad.fault());
      }
      if (look.broken.isEmpty()) {
        broken.add(String.valueOf(e.getMessage()));
      }
      return;
    }
    captioned += texts.isEmpty() ? 0 : 1;
    texts.forEach(this::note);
  }

  private void note(String caption) {
    captions++;
    List<String> split = KnownWords.split(caption);
    words.add(split.size());
    split.forEach(vocabulary::add);
    model.ifPresent(
        reader -> {
          Tokens read = reader.tokenizer.encode(caption);
          tokens.add(read.end() + 1);
          cut += read.truncatedAt().isPresent() ? 1 : 0;
          reader.known.ifPresent(known -> known.unknown(caption).forEach(unknown::add));
        });
  }

  /** Returns the statistics so far. */
  public DataSetStatistics survey() {
    return new DataSetStatistics(
        pictures.name(),
        pictures.size(),
        new DataSetStatistics.Sizes(
            Quantiles.of(widths.build().toArray()),
            Quantiles.of(heights.build().toArray()),
            shorterSides),
        new DataSetStatistics.Captions(
            captioned,
            captions,
            badCaptions.counts(),
            Quantiles.of(words.build().toArray()),
            vocabulary.distinct(),
            vocabulary.frequent(FREQUENT)),
        model.map(this::reading),
        byHash.values().stream().filter(keys -> keys.size() > 1).toList(),
        List.copyOf(broken));
  }

  private DataSetStatistics.Reading reading(Model reader) {
    return new DataSetStatistics.Reading(
        Quantiles.of(tokens.build().toArray()),
        reader.tokenizer.config().maxLength(),
        cut,
        reader.known.map(known -> unknown.distinct()),
        unknown.frequent(FREQUENT));
  }

  /** The frequencies of words. */
  private static final class WordCounts {
    private final Map<String, Long> counts = new HashMap<>();

    void add(String word) {
      counts.merge(word, 1L, Long::sum);
    }

    long distinct() {
      return counts.size();
    }

    /** Returns the most frequent words; equally frequent ones in alphabetical order. */
    List<Word> frequent(int most) {
      return counts.entrySet().stream()
          .map(entry -> new Word(entry.getKey(), entry.getValue()))
          .sorted(Comparator.comparingLong(Word::count).reversed().thenComparing(Word::word))
          .limit(most)
          .toList();
    }
  }
}
