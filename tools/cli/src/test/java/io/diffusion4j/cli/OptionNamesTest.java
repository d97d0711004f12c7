package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.options.SamplingOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OptionNamesTest {
  @ParameterizedTest
  @CsvSource({
    "text_to_image.prompt.text, prompt",
    "image_to_image.prompt.negative_text, negative",
    "inpaint.mask.data, mask",
    "inpaint.resampling.jump_length, repaint-jump",
    "interpolation.second.data, second",
    "text_diff.to_text, to",
    "unconditional.label, label",
    "image_count, count",
    "stages[\"super_res\"].steps, super-res-steps",
    "stages[\"decoder\"].guidance_scale, decoder-guidance",
    "stages[\"base\"].guidance, guidance",
    "stages[\"prior\"], prior",
    "stages, stages",
    "loras[0].name, loras[0]-name"
  })
  void fieldsHaveTheNamesOfOptions(String field, String option) {
    assertThat(SamplingOptions.nameOf(field)).isEqualTo(option);
  }
}
