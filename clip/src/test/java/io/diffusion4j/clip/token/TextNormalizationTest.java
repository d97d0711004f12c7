package io.diffusion4j.clip.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TextNormalizationTest {
  @ParameterizedTest
  @EnumSource(TextNormalization.class)
  void whiteSpaceOfEveryKindIsOneSpace(TextNormalization normalization) {
    assertThat(normalization.apply("\u2003A\u00a0\t\n Red\u3000\u0085APPLE \u2028"))
        .isEqualTo("a red apple");
  }

  /** In Turkish too: what a dotless i would do to "IN" depends on nobody's locale. */
  @ParameterizedTest
  @EnumSource(TextNormalization.class)
  void lowerCaseDependsOnNoLocale(TextNormalization normalization) {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      assertThat(normalization.apply("IN")).isEqualTo("in");
    } finally {
      Locale.setDefault(before);
    }
  }

  /** As Python lowers it; Java would not end a word before a digit or a Chinese letter. */
  @ParameterizedTest
  @CsvSource({
    "ΟΔΟΣ, οδος",
    "ΣΟΦΟΣ ΟΔΟΣ, σοφος οδος",
    "ΟΔΟΣ1st, οδος1st",
    "ΟΔΟΣ東X, οδος東x",
    "ΟΣ.Α, οσ.α",
    "ΟΣ. Α, ος. α",
    "Σ, σ",
    "1Σ, 1σ"
  })
  void sigmaEndsAWord(String text, String lower) {
    assertThat(TextNormalization.HUGGING_FACE.apply(text)).isEqualTo(lower);
    assertThat(TextNormalization.OPENAI.apply(text)).isEqualTo(lower);
  }

  @ParameterizedTest
  @EnumSource(TextNormalization.class)
  void whatHasNoBytesIsReplaced(TextNormalization normalization) {
    assertThat(normalization.apply("a\ud83d b\udc38 \ud83d\udc38"))
        .isEqualTo("a\ufffd b\ufffd \ud83d\udc38");
  }

  /** As Python's html.unescape answers. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "&lt;b&gt;|<b>",
        "R&D|R&D",
        "&eacute;&Eacute;|éÉ",
        "&hearts; &apos;|♥ '",
        "&ampx &notit; &not|&x ¬it; ¬",
        "&hearts &bogus; &apos|&hearts &bogus; &apos",
        "&#65;&#x42;&#X43|ABC",
        "&#128;&#x99;|€™",
        "&#0;&#xd800;&#1114112;&#99999999999999999999;|\ufffd\ufffd\ufffd\ufffd",
        "a&#1;b&#xfffe;c|abc",
        "&#000000000065;|A",
        "&lang;|⟨",
        "&#x1f438;|🐸",
        "&;&#;&#x;|&;&#;&#x;"
      })
  void htmlIsReadAsBrowsersReadIt(String html, String text) {
    assertThat(HtmlEntities.unescape(html)).isEqualTo(text);
  }
}
