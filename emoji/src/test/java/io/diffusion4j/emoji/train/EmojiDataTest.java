package io.diffusion4j.emoji.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.DataSet.Contrasts;
import io.diffusion4j.data.DataSet.Use;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a training at a fixed seed sees stays the same: these are the captions that the preset tiny
 * was trained with before data sets were an interface.
 */
class EmojiDataTest {
  private static final EmojiData DATA = EmojiData.of(EmojiPreset.tiny());

  /** Batches of four: of three concepts until step 10, then of all, with relations in turn. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | a cat face right of a pizza on a green background",
        "5 | a cat face above a red apple on a brown background, classic style",
        "39 | a red apple over a cat face in emojione style",
        "40 | a small pizza on a red background in flat style",
        "59 | a frog with a white background",
        "60 | a dog face left of a frog on a red background in twitter style",
        "64 | a lemon on a gray background, firefox style",
        "69 | a lemon below a dog face on a gray background, flat style",
        "1001 | frog on black, flat style",
      })
  void contrastsStayTheSame(long index, String caption) {
    assertThat(DATA.contrasts(new Contrasts(16, 4, 1, true)).get(index).caption())
        .isEqualTo(caption);
  }

  @Test
  void vocabularyAndExamplesStayTheSame() {
    assertThat(DATA.captions(1, 3))
        .containsExactly(
            "a frog right of a dog face on a green background",
            "dog face",
            "a little lemon with a gray background in emojione style");
    var example = DATA.examples(16, 3).get(7);
    assertThat(example.caption()).isEqualTo("animal, adorbs, pet");
    assertThat(example.image().width()).isEqualTo(16);
  }

  @Test
  void aTrainingThatGoesOnFromAModelSkipsTheCurriculum() {
    var fresh = DATA.contrasts(new Contrasts(16, 4, 1, true));
    var further = DATA.contrasts(new Contrasts(16, 4, 1, false));
    assertThat(further.get(0).caption()).isNotEqualTo(fresh.get(0).caption());
    assertThat(further.get(1001).caption()).isEqualTo(fresh.get(1001).caption());
    assertThat(DATA.with("curriculum", "off").contrasts(new Contrasts(16, 4, 1, true)).get(0))
        .extracting(c -> c.caption())
        .isEqualTo(further.get(0).caption());
  }

  @Test
  void crowdedScenesAreSeenByEveryPart() {
    var crowded = DATA.with("scenes", "crowded");
    assertThat(captions(crowded.examples(16, 3))).isNotEqualTo(captions(DATA.examples(16, 3)));
    var contrasts = new Contrasts(16, 4, 1, false);
    assertThat(captions(crowded.contrasts(contrasts)))
        .isNotEqualTo(captions(DATA.contrasts(contrasts)));
    assertThat(crowded.captions(1, 3))
        .containsExactlyElementsOf(DATA.captions(1, 3).toList()); // of the vocabulary
    assertThat(DATA.techniques(Use.PICTURES)).containsOnlyKeys("scenes");
    for (Use use : Use.values()) {
      assertThat(crowded.techniques(use)).containsEntry("scenes", "crowded");
    }
  }

  private static List<String> captions(CaptionedImages images) {
    return LongStream.range(0, 8).mapToObj(i -> images.get(i).caption()).toList();
  }
}
