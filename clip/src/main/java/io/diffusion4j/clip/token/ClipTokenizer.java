package io.diffusion4j.clip.token;

import io.diffusion4j.diffusion.argument.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * CLIP's tokenizer: byte-level byte-pair encoding of lower-cased text (Radford et al. 2021, §2.4).
 *
 * <p>A text is normalised, cut into pieces (words, contractions, single digits, runs of
 * punctuation), and the bytes of each piece are merged into the symbols of the vocabulary. Every
 * text can be encoded. The start and end symbols are recognised in a text, as by the references;
 * the padding symbol is not, although Hugging Face's slow tokenizer cuts out a padding "!".
 *
 * <p>Safe for use by many threads.
 */
public final class ClipTokenizer {
  private final Vocabulary vocabulary;
  private final TokenizerConfig config;
  private final TextNormalization normalization;
  private final PreTokenizer pieces;
  private final BytePairs bytePairs;
  private final int startId;
  private final int endId;
  private final int padId;

  /**
   * Creates a tokenizer.
   *
   * @throws IllegalArgumentException if a symbol of the config is not in the vocabulary
   */
  public ClipTokenizer(
      Vocabulary vocabulary, TokenizerConfig config, TextNormalization normalization) {
    this.vocabulary = vocabulary;
    this.config = config;
    this.normalization = normalization;
    startId = vocabulary.id("start", config.start());
    endId = vocabulary.id("end", config.end());
    padId = vocabulary.id("pad", config.pad());
    pieces = new PreTokenizer(config.start(), config.end());
    int unknownId = vocabulary.id("unknown", config.unknown());
    bytePairs = new BytePairs(vocabulary, unknownId, Vocabulary.END_OF_WORD);
  }

  /** Returns this tokenizer for another number of positions. */
  public ClipTokenizer withMaxLength(int length) {
    return length == config.maxLength()
        ? this
        : new ClipTokenizer(vocabulary, config.withMaxLength(length), normalization);
  }

  /**
   * Reads the tokenizer folder of a published model: {@code vocab.json} and {@code merges.txt}, or
   * else {@code tokenizer.json}; and optionally {@code tokenizer_config.json} and {@code
   * special_tokens_map.json}, whose default is {@link TokenizerConfig#clip()}.
   *
   * @throws IOException if a file cannot be read or is invalid; the message names the file and the
   *     problem
   */
  public static ClipTokenizer load(Path folder) throws IOException {
    return load(folder, TextNormalization.HUGGING_FACE);
  }

  /**
   * Reads a folder with the given normalization, because the files do not contain the normalization
   * of the training.
   *
   * @throws IOException as for {@link #load(Path)}
   */
  public static ClipTokenizer load(Path folder, TextNormalization normalization)
      throws IOException {
    return TokenizerFiles.read(folder, normalization);
  }

  /**
   * Reads the vocabulary that OpenAI published for CLIP, {@code bpe_simple_vocab_16e6.txt.gz}, with
   * the normalisation of OpenAI's tokenizer and padding by the id 0.
   *
   * @throws IOException if the file cannot be read or is invalid
   */
  public static ClipTokenizer openAi(Path file) throws IOException {
    return new ClipTokenizer(
        TokenizerFiles.readOpenAi(file), TokenizerConfig.karlo(), TextNormalization.OPENAI);
  }

  /**
   * Writes {@code vocab.json}, {@code merges.txt}, {@code tokenizer_config.json} and {@code
   * special_tokens_map.json}, for Hugging Face's {@code CLIPTokenizer}. The folder is created if it
   * does not exist; files of these names are replaced.
   *
   * @throws IOException if a file cannot be written
   */
  public void save(Path folder) throws IOException {
    TokenizerFiles.write(folder, vocabulary, config);
  }

  /**
   * Encodes a text, framed and padded to {@link TokenizerConfig#maxLength()}. A text that is too
   * long loses its last words; the end symbol stays.
   */
  public Tokens encode(String text) {
    String normalized = normalization.apply(text);
    int[] framed = new int[config.maxLength()];
    int room = framed.length - 1; // the last place that ids of the text leave to the end symbol
    int length = 0;
    framed[length++] = startId;
    Optional<String> truncatedAt = Optional.empty();
    for (Piece piece : pieces(normalized)) {
      int fits = Math.min(piece.ids.length, room - length);
      System.arraycopy(piece.ids, 0, framed, length, fits);
      length += fits;
      if (fits < piece.ids.length) {
        truncatedAt = Optional.of(normalized.substring(piece.begin));
        break;
      }
    }
    framed[length++] = endId;
    Arrays.fill(framed, length, framed.length, padId);
    boolean[] mask = new boolean[framed.length];
    Arrays.fill(mask, 0, length, true);
    return new Tokens(framed, mask, truncatedAt);
  }

  /** Describes the part of a text that is cut off, if any. */
  public Optional<String> truncation(String text) {
    return encode(text)
        .truncatedAt()
        .map(
            rest ->
                "the model reads "
                    + (config.maxLength() - 2)
                    + " tokens; not read is what follows from \""
                    + rest
                    + "\"");
  }

  /** Returns the ids of the whole text, without frame and padding. */
  public int[] ids(String text) {
    return pieces(normalization.apply(text)).stream()
        .flatMapToInt(piece -> Arrays.stream(piece.ids))
        .toArray();
  }

  /**
   * Returns this tokenizer with a token for a word, which is the last id of its vocabulary; the
   * same if the word has one.
   *
   * @param word one piece of text
   * @throws IllegalArgumentException if it is several pieces, or none
   */
  public ClipTokenizer withWord(String word) {
    var found = pieces(normalization.apply(word));
    Check.that(found.size() == 1, "word", "\"" + word + "\"", "one word");
    int[] ids = found.get(0).ids;
    var parts = Arrays.stream(ids).mapToObj(vocabulary::symbol).toList();
    return ids.length == 1
        ? this
        : new ClipTokenizer(vocabulary.withMerged(parts), config, normalization);
  }

  /** A piece of a text: its offset and its ids. */
  private record Piece(int begin, int[] ids) {}

  private List<Piece> pieces(String normalized) {
    List<Piece> encoded = new ArrayList<>();
    pieces.forEach(
        normalized,
        piece -> {
          String said = piece.group();
          int[] ids =
              said.equals(config.start())
                  ? new int[] {startId}
                  : said.equals(config.end()) ? new int[] {endId} : bytePairs.encode(said);
          encoded.add(new Piece(piece.start(), ids));
        });
    return encoded;
  }

  /**
   * Returns the text of ids, with a space after each piece but the last; bytes that are no UTF-8
   * become U+FFFD. {@code decode(ids(text))} is {@link #normalize normalize(text)} where the
   * vocabulary has every byte.
   *
   * @throws IllegalArgumentException if an id is not in the vocabulary
   */
  public String decode(int... ids) {
    var bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      String symbol = vocabulary.symbol(id);
      if (symbol.endsWith(Vocabulary.END_OF_WORD)) {
        ByteSymbols.appendBytes(
            symbol.substring(0, symbol.length() - Vocabulary.END_OF_WORD.length()), bytes);
        bytes.write(' ');
      } else {
        ByteSymbols.appendBytes(symbol, bytes);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  /** Returns the text between the start and the end. */
  public String decode(Tokens tokens) {
    return decode(Arrays.copyOfRange(tokens.ids(), 1, Math.max(1, tokens.end())));
  }

  /**
   * Returns the text as decoded from its ids: normalised, with a space after each piece but the
   * last.
   */
  public String normalize(String text) {
    var said = new StringBuilder();
    pieces.forEach(
        normalization.apply(text),
        piece -> said.append(piece.group()).append(isFrame(piece.group()) ? "" : " "));
    return said.toString().stripTrailing();
  }

  private boolean isFrame(String piece) {
    return piece.equals(config.start()) || piece.equals(config.end());
  }

  /** Returns the symbols and merges. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Returns the frame and the length. */
  public TokenizerConfig config() {
    return config;
  }

  /** Returns the id before the text. */
  public int startId() {
    return startId;
  }

  /** Returns the id after the text. */
  public int endId() {
    return endId;
  }

  /** Returns the id after the end. */
  public int padId() {
    return padId;
  }
}
