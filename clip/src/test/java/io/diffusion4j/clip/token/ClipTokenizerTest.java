package io.diffusion4j.clip.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClipTokenizerTest {
  private static final ClipTokenizer OPENAI = shipped(TextNormalization.OPENAI);
  private static final ClipTokenizer HUGGING_FACE = shipped(TextNormalization.HUGGING_FACE);

  private static ClipTokenizer shipped(TextNormalization normalization) {
    return GoldenText.tokenizer(GoldenText.shipped().folder(), normalization);
  }

  @GoldenTest(GoldenKind.TOKENIZER)
  void idsAreThoseOfTheReference(GoldenCase golden) {
    ClipTokenizer tokenizer = GoldenText.tokenizer(golden.folder(), TextNormalization.OPENAI);
    for (GoldenText one : GoldenText.of(golden)) {
      assertThat(tokenizer.ids(one.text())).as(one.text()).containsExactly(one.ids());
    }
  }

  @GoldenTest(GoldenKind.TOKENIZER)
  void decodedTextIsThatOfTheReference(GoldenCase golden) {
    ClipTokenizer tokenizer = GoldenText.tokenizer(golden.folder(), TextNormalization.OPENAI);
    for (GoldenText one : GoldenText.of(golden)) {
      assertThat(tokenizer.decode(one.ids())).isEqualTo(one.decoded().stripTrailing());
    }
  }

  /** The two differ where a text has HTML or is not composed, and nowhere else. */
  @GoldenTest(GoldenKind.TOKENIZER)
  void bothNormalizationsAgreeOnComposedTextWithoutHtml(GoldenCase golden) {
    ClipTokenizer tokenizer = GoldenText.tokenizer(golden.folder(), TextNormalization.HUGGING_FACE);
    for (GoldenText one : GoldenText.of(golden)) {
      boolean differs = one.text().contains("&") || one.text().contains("\u0301");
      assertThat(Arrays.equals(tokenizer.ids(one.text()), one.ids()))
          .as(one.text())
          .isNotEqualTo(differs);
    }
  }

  @Test
  void huggingFaceComposesAccents() {
    assertThat(HUGGING_FACE.ids("cafe\u0301")).containsExactly(HUGGING_FACE.ids("café"));
    assertThat(HUGGING_FACE.ids("&amp;")).containsExactly(OPENAI.ids("&amp;amp;amp;"));
  }

  @ParameterizedTest
  @EnumSource(TextNormalization.class)
  void decodingTheIdsSaysTheNormalizedText(TextNormalization normalization) {
    ClipTokenizer tokenizer = shipped(normalization);
    var random = new Random(11);
    for (int i = 0; i < 2000; i++) {
      String text = text(random);
      assertThat(tokenizer.decode(tokenizer.ids(text))).isEqualTo(tokenizer.normalize(text));
    }
  }

  /** Letters, digits, marks, spaces and specials of many planes, lone surrogates too. */
  private static String text(Random random) {
    var text = new StringBuilder();
    for (int n = random.nextInt(30); n > 0; n--) {
      switch (random.nextInt(8)) {
        case 0 -> text.append((char) random.nextInt(0x10000));
        case 1 -> text.appendCodePoint(random.nextInt(0x110000));
        case 2 -> text.append(' ');
        case 3 -> text.append("'s");
        case 4 -> text.append(random.nextInt(10) == 0 ? "<|endoftext|>" : "&quot;");
        case 5 -> text.append((char) (0xa0 + random.nextInt(0x200)));
        default -> text.append((char) (' ' + random.nextInt(95)));
      }
    }
    return text.toString();
  }

  @Test
  void aTextIsFramedAndPadded() {
    Tokens tokens = OPENAI.encode("two tacos");
    assertThat(tokens.ids()).hasSize(77).startsWith(912, 779, 334, 593, 545, 338, 913, 0, 0);
    assertThat(tokens.ids()[76]).isZero();
    assertThat(tokens.end()).isEqualTo(6);
    assertThat(IntStream.range(0, 77).filter(i -> tokens.mask()[i]).toArray())
        .containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(tokens.truncatedAt()).isEmpty();
    assertThat(OPENAI.decode(tokens)).isEqualTo("two tacos");
  }

  @Test
  void theEmptyTextIsTheFrameAlone() {
    Tokens tokens = OPENAI.encode(" \n ");
    assertThat(tokens.ids()).startsWith(912, 913, 0);
    assertThat(tokens.end()).isEqualTo(1);
    assertThat(OPENAI.decode(tokens)).isEmpty();
  }

  @Test
  void aTextThatIsTooLongSaysFromWhichWordOnItIsCut() {
    // "tacos" is three symbols: the cut falls inside the second one.
    ClipTokenizer seven =
        new ClipTokenizer(
            OPENAI.vocabulary(), OPENAI.config().withMaxLength(7), TextNormalization.OPENAI);
    int[] tacos = OPENAI.ids("tacos");
    assertThat(tacos).hasSize(3);
    Tokens tokens = seven.encode("Tacos  TACOS and more");
    assertThat(tokens.ids())
        .containsExactly(912, tacos[0], tacos[1], tacos[2], tacos[0], tacos[1], 913);
    assertThat(tokens.mask()).doesNotContain(false);
    assertThat(tokens.truncatedAt()).contains("tacos and more");
  }

  @Test
  void aTextThatJustFitsIsNotCut() {
    Tokens fits = OPENAI.encode("1 ".repeat(75));
    assertThat(fits.truncatedAt()).isEmpty();
    assertThat(fits.end()).isEqualTo(76);
    Tokens over = OPENAI.encode("1 ".repeat(75) + "2");
    assertThat(over.truncatedAt()).contains("2");
    assertThat(over.ids()).containsExactly(fits.ids());
  }

  @Test
  void thereIsRoomForNothingInALengthOfTwo() {
    ClipTokenizer two =
        new ClipTokenizer(
            OPENAI.vocabulary(), OPENAI.config().withMaxLength(2), TextNormalization.OPENAI);
    Tokens tokens = two.encode("a cat");
    assertThat(tokens.ids()).containsExactly(912, 913);
    assertThat(tokens.truncatedAt()).contains("a cat");
    assertThat(two.decode(tokens)).isEmpty();
  }

  @Test
  @Timeout(60)
  void aVeryLongWordTakesLittleTime() {
    assertThat(OPENAI.ids("withing".repeat(50_000))).isNotEmpty();
    assertThat(OPENAI.ids("a".repeat(300_000))).hasSize(300_000);
  }

  @Test
  void manyThreadsGetTheSameIds() {
    String[] texts =
        GoldenText.of(GoldenText.shipped()).stream().map(GoldenText::text).toArray(String[]::new);
    ClipTokenizer fresh = shipped(TextNormalization.OPENAI);
    IntStream.range(0, 4000)
        .parallel()
        .forEach(
            i -> {
              String text = texts[i % texts.length];
              assertThat(fresh.ids(text)).containsExactly(OPENAI.ids(text));
            });
  }

  @Test
  void idsOutsideTheVocabularyAreNamed() {
    assertThatThrownBy(() -> OPENAI.decode(3, 914))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("id: 914 (expected: in [0, 914))");
  }

  @Test
  void symbolsOfTheFrameMustBeInTheVocabulary() {
    var config = new TokenizerConfig(77, "<s>", Vocabulary.END, "!", Vocabulary.END);
    assertThatThrownBy(
            () -> new ClipTokenizer(OPENAI.vocabulary(), config, TextNormalization.HUGGING_FACE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("start: \"<s>\" (expected: a symbol of the vocabulary)");
    assertThatThrownBy(() -> TokenizerConfig.clip().withMaxLength(1))
        .hasMessage("maxLength: 1 (expected: ≥ 2)");
  }
}
