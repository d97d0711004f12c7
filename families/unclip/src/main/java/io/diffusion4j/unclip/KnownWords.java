package io.diffusion4j.unclip;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The words that a model was trained with, {@value #FILE} in its folder, one per line. A tokenizer
 * splits every text into known tokens, so it cannot detect words that the model never saw in
 * training.
 */
public final class KnownWords {
  /** The name of the file. */
  public static final String FILE = "words.txt";

  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

  /** "'s" is not a word. */
  private static final Pattern POSSESSIVE = Pattern.compile("['’]s\\b");

  private final Set<String> words;

  private KnownWords(Set<String> words) {
    this.words = Set.copyOf(words);
  }

  /** Collects the words of captions. */
  public static KnownWords of(Iterable<String> captions) {
    Set<String> words = new LinkedHashSet<>();
    captions.forEach(caption -> words.addAll(split(caption)));
    return new KnownWords(words);
  }

  /** Reads the list of a model; empty if its folder has none, like a published model's. */
  public static Optional<KnownWords> read(Path model) {
    Path file = model.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(Files.readAllLines(file, UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  /** Writes the list of a model, in alphabetical order. */
  public void write(Path model) {
    Path file = model.resolve(FILE);
    try {
      Files.write(file, sorted(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
  }

  /** Returns the words in alphabetical order. */
  public List<String> sorted() {
    return words.stream().sorted().toList();
  }

  /** Returns the unknown words of a text, each once, in the order of the text. */
  public List<String> unknown(String text) {
    return split(text).stream().filter(word -> !words.contains(word)).distinct().toList();
  }

  /** Returns the warning for a prompt; empty if all its words are known. */
  public Optional<String> warning(String prompt) {
    List<String> unknown = unknown(prompt);
    if (unknown.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        unknown.stream()
            .map(word -> '"' + word + '"')
            .collect(Collectors.joining(", ", "the model was not trained with ", " and guesses")));
  }

  /** Splits a text into words in lower case: runs of letters and digits. */
  public static List<String> split(String text) {
    String plain = POSSESSIVE.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
    return WORD.matcher(plain).results().map(MatchResult::group).toList();
  }
}
