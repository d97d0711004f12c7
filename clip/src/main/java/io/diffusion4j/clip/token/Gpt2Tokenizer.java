package io.diffusion4j.clip.token;

import io.diffusion4j.diffusion.argument.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GPT-2's tokenizer in the variant of GLIDE: byte-level byte-pair encoding (Radford et al. 2019,
 * §2.2) of lower-cased text, without a start, and padded with the end symbol.
 *
 * <p>A piece is a word, a number or a run of punctuation together with the space before it, so that
 * decoding is exact. The end symbol in a text is not recognised. Safe for use by many threads.
 */
public final class Gpt2Tokenizer {
  private static final Pattern PIECES =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private final Vocabulary vocabulary;
  private final BytePairs bytePairs;
  private final int endId;

  /**
   * Creates a tokenizer.
   *
   * @throws IllegalArgumentException if the vocabulary lacks {@link Vocabulary#END}
   */
  public Gpt2Tokenizer(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    endId = vocabulary.id("end", Vocabulary.END);
    bytePairs = new BytePairs(vocabulary, endId, "");
  }

  /**
   * Reads a folder with {@code vocab.json} and {@code merges.txt} (Hugging Face's names) or {@code
   * encoder.json} and {@code vocab.bpe} (OpenAI's), gzipped or not.
   *
   * @throws IOException if a file cannot be read or is invalid
   */
  public static Gpt2Tokenizer load(Path folder) throws IOException {
    Vocabulary vocabulary = TokenizerFiles.readGpt2(folder);
    try {
      return new Gpt2Tokenizer(vocabulary);
    } catch (IllegalArgumentException e) {
      throw new IOException(folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * Encodes a text, padded with the end symbol. A text that is too long loses its last tokens.
   *
   * @param length the length of the encoding, at least 1
   * @return ids, and a mask that is true for those of the text; none are, of the empty text
   */
  public Tokens encode(String text, int length) {
    Check.that(length >= 1, "length", length, "≥ 1");
    String lower = lowerCase(text);
    int[] ids = new int[length];
    int count = 0;
    Optional<String> truncatedAt = Optional.empty();
    Matcher piece = PIECES.matcher(lower);
    while (truncatedAt.isEmpty() && piece.find()) {
      int[] said = bytePairs.encode(piece.group());
      int fits = Math.min(said.length, length - count);
      System.arraycopy(said, 0, ids, count, fits);
      count += fits;
      if (fits < said.length) {
        truncatedAt = Optional.of(lower.substring(piece.start()));
      }
    }
    Arrays.fill(ids, count, length, endId);
    boolean[] mask = new boolean[length];
    Arrays.fill(mask, 0, count, true);
    return new Tokens(ids, mask, truncatedAt);
  }

  /** Returns the ids of the whole text, without padding. */
  public int[] ids(String text) {
    return PIECES
        .matcher(lowerCase(text))
        .results()
        .flatMapToInt(piece -> Arrays.stream(bytePairs.encode(piece.group())))
        .toArray();
  }

  private static String lowerCase(String text) {
    return TextNormalization.lowerCase(TextNormalization.encodable(text));
  }

  /**
   * Returns the text of ids; bytes that are no UTF-8 become U+FFFD. {@code decode(ids(text))} is
   * the text in lower case where the vocabulary has every byte.
   *
   * @throws IllegalArgumentException if an id is not in the vocabulary
   */
  public String decode(int... ids) {
    var bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      ByteSymbols.appendBytes(vocabulary.symbol(id), bytes);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Returns the symbols and merges. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Returns the id for padding. */
  public int endId() {
    return endId;
  }
}
