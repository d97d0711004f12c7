package io.diffusion4j.clip.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void copyTheGoldenFolder() throws IOException {
    for (String file :
        new String[] {
          "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"
        }) {
      Files.copy(GoldenText.shipped().folder().resolve(file), folder.resolve(file));
    }
  }

  @Test
  void savedFilesAreWhatWasRead() throws IOException {
    Path copy = folder.resolve("copy");
    ClipTokenizer.load(folder).save(copy);
    for (String file : new String[] {"vocab.json", "special_tokens_map.json"}) {
      assertThat(json(copy.resolve(file))).isEqualTo(json(folder.resolve(file)));
    }
    assertThat(copy.resolve("merges.txt")).hasSameTextualContentAs(folder.resolve("merges.txt"));
    json(folder.resolve("tokenizer_config.json"))
        .properties()
        .forEach(
            entry ->
                assertThat(read(copy.resolve("tokenizer_config.json")).get(entry.getKey()))
                    .isEqualTo(entry.getValue()));
  }

  private static JsonNode read(Path file) {
    try {
      return json(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode json(Path file) throws IOException {
    return JSON.readTree(file.toFile());
  }

  @Test
  void withoutConfigItIsTheStockTokenizerOfClip() throws IOException {
    Files.delete(folder.resolve("tokenizer_config.json"));
    Files.delete(folder.resolve("special_tokens_map.json"));
    assertThat(ClipTokenizer.load(folder).config()).isEqualTo(TokenizerConfig.clip());
    assertThat(ClipTokenizer.load(folder).padId()).isEqualTo(913);
  }

  @Test
  void windowsLineEndingsAndAMissingVersionDoNotMatter() throws IOException {
    ClipTokenizer before = ClipTokenizer.load(folder);
    String merges = Files.readString(folder.resolve("merges.txt"));
    write("merges.txt", merges.substring(merges.indexOf('\n') + 1).replace("\n", "\r\n"));
    assertThat(ClipTokenizer.load(folder).vocabulary()).isEqualTo(before.vocabulary());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tokenizerJsonIsReadWhereTheOtherFilesAreAbsent(boolean asPairs) throws IOException {
    ClipTokenizer before = ClipTokenizer.load(folder);
    ObjectNode root = JSON.createObjectNode();
    ObjectNode model = root.putObject("model");
    model.put("type", "BPE").put("end_of_word_suffix", "</w>");
    model.set("vocab", json(folder.resolve("vocab.json")));
    ArrayNode merges = model.putArray("merges");
    before
        .vocabulary()
        .merges()
        .forEach(
            merge -> {
              if (asPairs) {
                merges.addArray().add(merge.left()).add(merge.right());
              } else {
                merges.add(merge.toString());
              }
            });
    JSON.writeValue(folder.resolve("tokenizer.json").toFile(), root);
    Files.delete(folder.resolve("vocab.json"));
    Files.delete(folder.resolve("merges.txt"));
    assertThat(ClipTokenizer.load(folder).vocabulary()).isEqualTo(before.vocabulary());

    model.put("end_of_word_suffix", "");
    JSON.writeValue(folder.resolve("tokenizer.json").toFile(), root);
    assertMessage(
        folder.resolve("tokenizer.json")
            + ": model: \"BPE\" with end_of_word_suffix \"\" (expected: \"BPE\" with \"</w>\", as"
            + " CLIP's)");
  }

  /** In older folders the map decides; newer ones list the added tokens, and the config decides. */
  @ParameterizedTest
  @CsvSource({"false, 1", "true, 2"})
  void thePadTokenIsTheOneThatHuggingFaceWouldUse(boolean newer, int padId) throws IOException {
    write("special_tokens_map.json", "{\"pad_token\": {\"content\": \"\\\"\", \"lstrip\": false}}");
    write(
        "tokenizer_config.json",
        "{\"pad_token\": \"#\", \"model_max_length\": 9"
            + (newer ? ", \"added_tokens_decoder\": {}}" : "}"));
    ClipTokenizer tokenizer = ClipTokenizer.load(folder);
    assertThat(tokenizer.padId()).isEqualTo(padId);
    assertThat(tokenizer.encode("").ids()).hasSize(9);
  }

  /** As in the miniature vocabularies that libraries test with. */
  @Test
  void bytesWithoutASymbolAreUnknown() throws IOException {
    write(
        "vocab.json",
        "{\"l\":0,\"o\":1,\"lo\":2,\"w</w>\":3,\"low</w>\":4,\"<unk>\":5,\"<|startoftext|>\":6,"
            + "\"<|endoftext|>\":7}");
    write("merges.txt", "#version: 0.2\nl o\nlo w</w>\n");
    write(
        "special_tokens_map.json", "{\"unk_token\": \"<unk>\", \"pad_token\": \"<|endoftext|>\"}");
    ClipTokenizer tokenizer = ClipTokenizer.load(folder);
    assertThat(tokenizer.ids("Low slow")).containsExactly(4, 5, 4);
    assertThat(tokenizer.decode(4, 5, 4)).isEqualTo("low <unk>low");
  }

  @Test
  void aFolderWithoutATokenizerSaysWhatWasExpected() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> ClipTokenizer.load(empty))
        .isInstanceOf(IOException.class)
        .hasMessage(
            empty + ": no tokenizer (expected: vocab.json and merges.txt, or tokenizer.json)");
    Files.delete(folder.resolve("merges.txt"));
    assertThatThrownBy(() -> ClipTokenizer.load(folder))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("merges.txt");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "vocab.json|[]|: ARRAY (expected: an object)",
        "vocab.json|{\"a\": 0, \"b\": 0}|: id 0: \"a\" and \"b\" (expected: one symbol)",
        "vocab.json|{\"a\": 7}|: id of \"a\": 7 (expected: in [0, 1), the number of symbols)",
        "vocab.json|{\"a\": \"x\"}|: id of \"a\": \"x\" (expected: in [0, 1), the number of"
            + " symbols)",
        "tokenizer_config.json|{\"model_max_length\": 1}|: model_max_length: 1 (expected: an"
            + " integer ≥ 2)",
        "tokenizer_config.json|{\"model_max_length\": \"9\"}|: model_max_length: \"9\" (expected:"
            + " an integer ≥ 2)",
        "tokenizer_config.json|{\"do_lower_case\": false}|: do_lower_case: false (expected: true)",
        "merges.txt|in g h|: line 1: \"in g h\" (expected: two symbols and a space)",
        "merges.txt|i Q</w>|: merges: \"i Q</w>\" (expected: \"iQ</w>\" among the symbols)"
      })
  void malformedFilesAreNamedWithTheProblem(String file, String content, String problem)
      throws IOException {
    write(file, content);
    assertMessage(folder.resolve(file) + problem);
  }

  @Test
  void whatIsNoJsonIsNamed() throws IOException {
    write("vocab.json", "{\"a\": ");
    assertThatThrownBy(() -> ClipTokenizer.load(folder))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            folder.resolve("vocab.json") + ": no JSON: Unexpected end-of-input");
    write("vocab.json", "{\"a\": 0, \"a\": 1}");
    assertThatThrownBy(() -> ClipTokenizer.load(folder))
        .hasMessageStartingWith(folder.resolve("vocab.json") + ": no JSON: Duplicate");
    Files.write(folder.resolve("vocab.json"), new byte[] {0, 0, 0, 1, 2, 3, 4, 5}); // as UTF-32
    assertThatThrownBy(() -> ClipTokenizer.load(folder))
        .hasMessageStartingWith(folder.resolve("vocab.json") + ": no JSON: ")
        .hasMessageNotContaining("Source:");
  }

  @Test
  void aMissingPadTokenIsNamed() throws IOException {
    write("special_tokens_map.json", "{\"pad_token\": \"<pad>\"}");
    assertMessage(
        folder.resolve("tokenizer_config.json")
            + ": pad: \"<pad>\" (expected: a symbol of the vocabulary)");
  }

  private void write(String file, String content) throws IOException {
    Files.writeString(folder.resolve(file), content);
  }

  private void assertMessage(String message) {
    assertThatThrownBy(() -> ClipTokenizer.load(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(message);
  }
}
