package io.diffusion4j.clip.token;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.clip.token.Vocabulary.Merge;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * The tokenizer folder of a published model, in the layout of Hugging Face's {@code CLIPTokenizer}.
 */
final class TokenizerFiles {
  private static final String VOCAB = "vocab.json";
  private static final String MERGES = "merges.txt";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String SPECIAL_TOKENS = "special_tokens_map.json";
  private static final List<List<String>> GPT2_NAMES =
      List.of(
          List.of(VOCAB, MERGES),
          List.of("encoder.json", "vocab.bpe"),
          List.of("encoder.json.gz", "vocab.bpe.gz"));

  /** For transformers' 10³⁰; a network cuts texts to its positions. */
  private static final int UNLIMITED = 1 << 16;

  private static final int OPENAI_MERGES = 48_894;
  private static final String VERSION = "#version: 0.2";

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(SerializationFeature.INDENT_OUTPUT);

  private TokenizerFiles() {}

  static ClipTokenizer read(Path folder, TextNormalization normalization) throws IOException {
    Path vocab = folder.resolve(VOCAB);
    Path merges = folder.resolve(MERGES);
    Path tokenizer = folder.resolve(TOKENIZER);
    Vocabulary vocabulary;
    if (Files.exists(vocab) || Files.exists(merges)) {
      List<String> symbols = symbols(vocab, readJson(vocab));
      vocabulary = vocabulary(merges, symbols, mergeLines(merges));
    } else if (Files.exists(tokenizer)) {
      vocabulary = vocabulary(tokenizer);
    } else {
      throw new IOException(
          folder
              + ": no tokenizer (expected: "
              + VOCAB
              + " and "
              + MERGES
              + ", or "
              + TOKENIZER
              + ")");
    }
    TokenizerConfig config = config(folder);
    try {
      return new ClipTokenizer(vocabulary, config, normalization);
    } catch (IllegalArgumentException e) {
      throw new IOException(folder.resolve(CONFIG) + ": " + e.getMessage(), e);
    }
  }

  /** Returns {@code vocab.json} and {@code merges.txt}, or their names in GPT-2. */
  static Vocabulary readGpt2(Path folder) throws IOException {
    for (List<String> names : GPT2_NAMES) {
      Path vocab = folder.resolve(names.get(0));
      Path merges = folder.resolve(names.get(1));
      if (Files.exists(vocab) && Files.exists(merges)) {
        return vocabulary(merges, symbols(vocab, readJson(vocab)), mergeLines(merges));
      }
    }
    throw new IOException(folder + ": no tokenizer (expected: one of " + GPT2_NAMES + ")");
  }

  /** Returns the merges that OpenAI published for CLIP; the file has more, which are not used. */
  static Vocabulary readOpenAi(Path file) throws IOException {
    List<Merge> merges = mergeLines(file, 1);
    if (merges.size() < OPENAI_MERGES) {
      throw new IOException(
          file + ": " + merges.size() + " merges (expected: ≥ " + OPENAI_MERGES + ")");
    }
    return Vocabulary.inClipOrder(merges.subList(0, OPENAI_MERGES));
  }

  static void write(Path folder, Vocabulary vocabulary, TokenizerConfig config) throws IOException {
    Files.createDirectories(folder);
    Map<String, Integer> ids = new LinkedHashMap<>();
    vocabulary.symbols().forEach(symbol -> ids.put(symbol, ids.size()));
    JSON.writeValue(folder.resolve(VOCAB).toFile(), ids);

    var lines = new StringBuilder(VERSION).append('\n');
    vocabulary.merges().forEach(merge -> lines.append(merge).append('\n'));
    Files.writeString(folder.resolve(MERGES), lines);

    ObjectNode special = JSON.createObjectNode();
    special.put("bos_token", config.start());
    special.put("eos_token", config.end());
    special.put("unk_token", config.unknown());
    special.put("pad_token", config.pad());
    JSON.writeValue(folder.resolve(SPECIAL_TOKENS).toFile(), special);

    ObjectNode all = JSON.createObjectNode();
    all.put("tokenizer_class", "CLIPTokenizer");
    all.put("model_max_length", config.maxLength());
    all.put("do_lower_case", true);
    all.put("add_prefix_space", false);
    all.put("errors", "replace");
    all.setAll(special);
    JSON.writeValue(folder.resolve(CONFIG).toFile(), all);
  }

  /** Returns the bytes of a file, unpacked if it is gzipped. */
  private static byte[] bytes(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      boolean isPacked = file.getFileName().toString().endsWith(".gz");
      return isPacked ? new GZIPInputStream(in).readAllBytes() : in.readAllBytes();
    }
  }

  private static JsonNode readJson(Path file) throws IOException {
    byte[] bytes = bytes(file);
    JsonNode root;
    try {
      root = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) { // in no encoding of JSON
      throw new IOException(file + ": no JSON: " + e.getMessage(), e);
    }
    if (!root.isObject()) {
      throw new IOException(file + ": " + root.getNodeType() + " (expected: an object)");
    }
    return root;
  }

  /** Returns the symbols in the order of their ids, which must be 0, 1, 2, … */
  private static List<String> symbols(Path file, JsonNode ids) throws IOException {
    if (!ids.isObject()) {
      throw new IOException(file + ": no vocabulary (expected: an object of symbols and ids)");
    }
    String[] symbols = new String[ids.size()];
    boolean[] taken = new boolean[symbols.length];
    for (Map.Entry<String, JsonNode> entry : ids.properties()) {
      JsonNode id = entry.getValue();
      if (!id.isInt() || id.intValue() < 0 || id.intValue() >= symbols.length) {
        throw new IOException(
            file
                + ": id of \""
                + entry.getKey()
                + "\": "
                + id
                + " (expected: in [0, "
                + symbols.length
                + "), the number of symbols)");
      }
      if (taken[id.intValue()]) {
        throw new IOException(
            file
                + ": id "
                + id
                + ": \""
                + symbols[id.intValue()]
                + "\" and \""
                + entry.getKey()
                + "\" (expected: one symbol)");
      }
      taken[id.intValue()] = true;
      symbols[id.intValue()] = entry.getKey();
    }
    return List.of(symbols);
  }

  private static List<Merge> mergeLines(Path file) throws IOException {
    return mergeLines(file, 0);
  }

  private static List<Merge> mergeLines(Path file, int header) throws IOException {
    List<String> lines;
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder();
      lines = decoder.decode(ByteBuffer.wrap(bytes(file))).toString().lines().toList();
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": no UTF-8 text", e);
    }
    List<Merge> merges = new ArrayList<>();
    for (int i = header; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.isEmpty() && !(i == 0 && line.startsWith("#version"))) {
        merges.add(merge(file + ": line " + (i + 1), line));
      }
    }
    return merges;
  }

  private static Merge merge(String where, String line) throws IOException {
    String[] parts = line.split(" ", -1);
    if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
      throw new IOException(where + ": \"" + line + "\" (expected: two symbols and a space)");
    }
    return new Merge(parts[0], parts[1]);
  }

  private static Vocabulary vocabulary(Path file, List<String> symbols, List<Merge> merges)
      throws IOException {
    try {
      return new Vocabulary(symbols, merges);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static Vocabulary vocabulary(Path file) throws IOException {
    JsonNode model = readJson(file).path("model");
    String suffix = model.path("end_of_word_suffix").asText("");
    if (!model.path("type").asText("BPE").equals("BPE") || !suffix.equals(Vocabulary.END_OF_WORD)) {
      throw new IOException(
          file
              + ": model: "
              + model.path("type")
              + " with end_of_word_suffix \""
              + suffix
              + "\" (expected: \"BPE\" with \""
              + Vocabulary.END_OF_WORD
              + "\", as CLIP's)");
    }
    List<String> symbols = symbols(file, model.path("vocab"));
    List<Merge> merges = new ArrayList<>();
    for (JsonNode merge : model.path("merges")) {
      // Older files write "a b", newer ones ["a", "b"].
      String line =
          merge.isArray() && merge.size() == 2
              ? merge.get(0).asText() + " " + merge.get(1).asText()
              : merge.asText();
      merges.add(merge(file + ": merge " + merges.size(), line));
    }
    return vocabulary(file, symbols, merges);
  }

  private static TokenizerConfig config(Path folder) throws IOException {
    Path configFile = folder.resolve(CONFIG);
    Path specialFile = folder.resolve(SPECIAL_TOKENS);
    JsonNode config = Files.exists(configFile) ? readJson(configFile) : JSON.createObjectNode();
    JsonNode special = Files.exists(specialFile) ? readJson(specialFile) : JSON.createObjectNode();
    JsonNode lower = config.path("do_lower_case");
    if (!lower.asBoolean(true)) {
      throw new IOException(configFile + ": do_lower_case: " + lower + " (expected: true)");
    }
    JsonNode length = config.path("model_max_length");
    if (!length.isMissingNode() && !(length.isNumber() && length.doubleValue() >= 2)) {
      throw new IOException(
          configFile + ": model_max_length: " + length + " (expected: an integer ≥ 2)");
    }
    // Files of newer libraries repeat all tokens in the config; in older folders the map wins.
    boolean configWins = config.has("added_tokens_decoder");
    var tokens =
        new SpecialTokens(configWins ? List.of(config, special) : List.of(special, config));
    TokenizerConfig clip = TokenizerConfig.clip();
    return new TokenizerConfig(
        (int) Math.min(length.asDouble(clip.maxLength()), UNLIMITED),
        tokens.named("bos_token").orElse(clip.start()),
        tokens.named("eos_token").orElse(clip.end()),
        tokens.named("pad_token").orElse(clip.pad()),
        tokens.named("unk_token").orElse(clip.unknown()));
  }

  /**
   * @param files the first that names a token decides
   */
  private record SpecialTokens(List<JsonNode> files) {
    Optional<String> named(String name) {
      return files.stream()
          .map(file -> file.path(name))
          .map(token -> token.isObject() ? token.path("content") : token)
          .filter(JsonNode::isTextual)
          .map(JsonNode::textValue)
          .findFirst();
    }
  }
}
