package io.diffusion4j.emoji.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.emoji.scene.CaptionMix;
import io.diffusion4j.training.DecoderTechniques;
import io.diffusion4j.training.Part;
import io.diffusion4j.training.PartSetup;
import io.diffusion4j.training.PriorTechniques;
import io.diffusion4j.training.Techniques;
import io.diffusion4j.training.UpsamplerTechniques;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Techniques have names and values, and each part its own. */
class TechniquesTest {
  private static final EmojiPreset PRESET = EmojiPreset.tiny();

  private static PartSetup of(Part part) {
    return PartSetup.of(part, EmojiData.of(PRESET));
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void whatShipsIsSaidInTheWordsThatAreRead(Part part) {
    var techniques = of(part);
    var read = techniques;
    for (String pair : techniques.words().split(" ", -1)) {
      String[] nameAndValue = pair.split("=", 2);
      read = read.with(nameAndValue[0], nameAndValue[1]);
    }
    assertThat(read).isEqualTo(techniques);
    assertThat(read.words()).isEqualTo(techniques.words());
  }

  @Test
  void oneIsChangedAndTheOthersStay() {
    var decoder = decoder(of(Part.DECODER).with("prediction", "v").with("shift", "4"));
    assertThat(decoder.prediction()).isEqualTo(Parameterization.V);
    assertThat(decoder.shift()).isEqualTo(4);
    assertThat(decoder.textDrop()).isEqualTo(0.2);
    assertThat(decoder.with("weighting", "simple").weighting().weighting())
        .isSameAs(Weighting.SIMPLE);
    var prior = (PriorTechniques) of(Part.PRIOR).with("standardized", "off").techniques();
    assertThat(prior.standardized()).isFalse();
    var data = (EmojiData) of(Part.PRIOR).with("captions", "plain").data();
    assertThat(data.techniques().captions().mix()).isEqualTo(CaptionMix.labels());
    var upsampler = (UpsamplerTechniques) of(Part.UPSAMPLER).with("blur", "0").techniques();
    assertThat(upsampler.blur()).isZero();
  }

  private static DecoderTechniques decoder(PartSetup setup) {
    return (DecoderTechniques) setup.techniques();
  }

  @Test
  void aPartHasTechniquesOfItsOwn() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new PartSetup(Part.PRIOR, EmojiData.of(PRESET), Techniques.of(Part.DECODER)))
        .withMessageEndingWith("(expected: PriorTechniques)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CLIP | drop | 0.1 | technique: drop (expected: one of captions, curriculum, relations)",
        "UPSAMPLER | shift | 2 | technique: shift (expected: one of blur, prediction, weighting)",
        "DECODER | shift | 0.5 | shift: 0.5 (expected: in [1.0, 1000.0])",
        "DECODER | drop | often | drop: often (expected: in [0.0, 1.0])",
        "DECODER | drop | NaN | drop: NaN (expected: in [0.0, 1.0])",
        "DECODER | prediction | flow | prediction: flow (expected: one of eps, v, x0)",
        "DECODER | weighting | p2 | weighting: p2 (expected: one of min-snr, min-snr-plus-one,"
            + " min-snr-plus-one-or-eps, simple)",
        "PRIOR | captions | short | captions: short (expected: one of plain, varied)",
        "CLIP | relations | yes | relations: yes (expected: one of off, on)",
      })
  void whatThereIsNotIsRefused(Part part, String name, String value, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(part).with(name, value))
        .withMessage(message);
  }
}
