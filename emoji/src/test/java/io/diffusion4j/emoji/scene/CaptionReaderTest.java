package io.diffusion4j.emoji.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.emoji.art.ConceptSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptionReaderTest {
  private final CaptionReader reader = new CaptionReader(ConceptSet.core());

  @Test
  void readingUndoesWriting() {
    var sampler =
        new SceneSampler(ConceptSet.core(), SceneMix.mostlyCentred(), SceneSplit.TRAIN, 3);
    for (int i = 0; i < 3_000; i++) {
      Scene scene = sampler.scene(i);
      assertThat(reader.read(Captioner.factual(scene))).isEqualTo(scene);
      assertThat(reader.read(Captioner.plain(scene))).isEqualTo(scene);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "an owl",
        "an owl, cubist style",
        "five owls, noto style",
        "an owl beside a lion, noto style",
        "an owl above an owl, noto style"
      })
  void otherCaptionsAreRefused(String caption) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader.read(caption))
        .withMessage(
            "caption: "
                + caption
                + " (expected: one such as \"two owls on a red background, noto style\")");
  }
}
