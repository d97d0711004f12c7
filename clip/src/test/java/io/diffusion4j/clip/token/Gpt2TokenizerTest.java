package io.diffusion4j.clip.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.clip.token.Vocabulary.Merge;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GPT-2's tokenizer on a vocabulary of three merges; ids of bytes are counted by hand. */
class Gpt2TokenizerTest {
  private static final String SPACE = "Ġ"; // the symbol of the byte 0x20
  private static final int SPACE_ID = 220;
  private static final int AT = 256;
  private static final int SPACE_CAT = 258;
  private static final int END = 259;
  private static final Gpt2Tokenizer TOKENIZER =
      new Gpt2Tokenizer(
          Vocabulary.inGpt2Order(
              List.of(new Merge("a", "t"), new Merge(SPACE, "c"), new Merge(SPACE + "c", "at"))));

  private static int letter(char letter) {
    return letter - '!'; // printable bytes come first
  }

  @Test
  void aWordTakesTheSpaceBeforeIt() {
    assertThat(TOKENIZER.ids("A cat")).containsExactly(letter('a'), SPACE_CAT);
    assertThat(TOKENIZER.ids("cat")).containsExactly(letter('c'), AT);
  }

  @Test
  void onlyTheLastOfSeveralSpacesIsTheWords() {
    assertThat(TOKENIZER.ids("a   cat "))
        .containsExactly(letter('a'), SPACE_ID, SPACE_ID, SPACE_CAT, SPACE_ID);
  }

  @Test
  void contractionsNumbersAndPunctuationStandAlone() {
    assertThat(TOKENIZER.ids("cat's 42!"))
        .containsExactly(
            letter('c'),
            AT,
            letter('\''),
            letter('s'),
            SPACE_ID,
            letter('4'),
            letter('2'),
            letter('!'));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a photo of a cat",
        "Hello  World's 42!",
        "  two\t tabs \n and lines\r\n ",
        "naïve café — 東京 🐸",
        "ΟΔΥΣΣΕΥΣ",
        "<|endoftext|> hi"
      })
  void decodingGivesTheTextInLowerCase(String text) {
    assertThat(TOKENIZER.decode(TOKENIZER.ids(text))).isEqualTo(text.toLowerCase(Locale.ROOT));
  }

  @Test
  void anEncodingIsPaddedWithTheEnd() {
    var tokens = TOKENIZER.encode("a cat", 4);
    assertThat(tokens.ids()).containsExactly(letter('a'), SPACE_CAT, END, END);
    assertThat(tokens.mask()).containsExactly(true, true, false, false);
    assertThat(tokens.truncatedAt()).isEmpty();
  }

  @Test
  void theEmptyTextIsPaddingAlone() {
    var tokens = TOKENIZER.encode("", 3);
    assertThat(tokens.ids()).containsExactly(END, END, END);
    assertThat(tokens.mask()).containsOnly(false);
  }

  @Test
  void aTextThatIsTooLongSaysWhereItWasCut() {
    var tokens = TOKENIZER.encode("a cat sat", 3);
    assertThat(tokens.ids()).containsExactly(letter('a'), SPACE_CAT, SPACE_ID);
    assertThat(tokens.mask()).containsOnly(true);
    assertThat(tokens.truncatedAt()).contains(" sat");
    assertThat(TOKENIZER.encode("a cat", 2).truncatedAt()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab.json merges.txt", "encoder.json.gz vocab.bpe.gz"})
  void theFilesThatArePublishedAreRead(String names, @TempDir Path folder) throws IOException {
    var json = new StringBuilder("{");
    List<String> symbols = TOKENIZER.vocabulary().symbols();
    for (int id = 0; id < symbols.size(); id++) {
      String symbol = symbols.get(id).replace("\\", "\\\\").replace("\"", "\\\"");
      json.append(id == 0 ? "" : ", ").append('"').append(symbol).append("\": ").append(id);
    }
    write(folder.resolve(names.split(" ", -1)[0]), json + "}");
    write(folder.resolve(names.split(" ", -1)[1]), "#version: 0.2\na t\nĠ c\nĠc at\n");
    assertThat(Gpt2Tokenizer.load(folder).vocabulary()).isEqualTo(TOKENIZER.vocabulary());
  }

  private static void write(Path file, String text) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        OutputStream packed = file.toString().endsWith(".gz") ? new GZIPOutputStream(out) : out) {
      packed.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void anEmptyFolderIsRefused(@TempDir Path folder) {
    assertThatThrownBy(() -> Gpt2Tokenizer.load(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no tokenizer")
        .hasMessageContaining("vocab.bpe");
  }

  @Test
  void aVocabularyWithoutTheEndIsRefused() {
    var vocabulary = new Vocabulary(ByteSymbols.ORDER, List.of());
    assertThatThrownBy(() -> new Gpt2Tokenizer(vocabulary))
        .hasMessage("end: \"<|endoftext|>\" (expected: a symbol of the vocabulary)");
  }
}
