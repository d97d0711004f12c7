package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Splitter;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.stage.StageSetting;
import io.diffusion4j.diffusion.stage.StageSetting.Kind;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.StageOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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

  @Test
  void aSettingHasAnOptionForEachStage() {
    var rounds =
        StageSetting.of("rounds", Kind.COUNT, "The rounds of the %s.")
            .within(number -> number >= 1, "≥ 1");
    var options = new SamplingOptions("Sampling", List.of(rounds));
    assertThat(options.names())
        .contains(
            "prior-rounds",
            "decoder-rounds",
            "super-res-rounds",
            "base-rounds",
            "upsampler-rounds");
    options.set("decoder-rounds", "2");
    options.check();
    options.set("decoder-rounds", "0");
    assertThatThrownBy(options::check).hasMessage("decoder-rounds: 0 (expected: ≥ 1)");
  }

  @Test
  void theFactorOfAGuideNeedsAGuide() {
    var options = new SamplingOptions("Sampling");
    options.set("guidance-scale", "3");
    assertThatThrownBy(options::check)
        .hasMessage("guidance-scale: 3.0 (expected: none without --guidance)");
    options.set("guidance", "clip");
    options.check();
  }

  @ParameterizedTest
  @CsvSource({"prior decoder super_res, decoder", "base upsampler, base", "unet, unet"})
  void aSettingWithoutAStageIsThatOfTheStageThatDraws(String stages, String drawing) {
    var options = new SamplingOptions("Sampling");
    options.set("steps", "3");
    options.set("cfg", "2.5");
    List<ModelStage> model = Splitter.on(' ').splitToStream(stages).map(this::stage).toList();
    assertThat(options.byStage(model))
        .containsExactly(
            Map.entry(
                drawing, StageOptions.newBuilder().setSteps(3).setGuidanceScale(2.5).build()));
    options.set(drawing.equals("unet") ? "steps" : drawing + "-steps", "5");
    assertThat(options.byStage(model))
        .hasEntrySatisfying(drawing, own -> assertThat(own.getSteps()).isEqualTo(5));
  }

  @ParameterizedTest
  @CsvSource({
    "prior:0 decoder:32 super_res:128, super_res",
    "base:64 upsampler:256, upsampler",
    "prior:0 decoder:32, decoder"
  })
  void aSizeIsThatOfTheFinishedPicture(String stages, String last) {
    var options = new SamplingOptions("Sampling");
    options.set("size", "64x48");
    List<ModelStage> model = new ArrayList<>();
    Splitter.on(' ')
        .withKeyValueSeparator(':')
        .split(stages)
        .forEach(
            (name, width) ->
                model.add(stage(name).toBuilder().setImageWidth(Integer.parseInt(width)).build()));
    assertThat(options.byStage(model)).containsOnlyKeys(last);
  }

  private ModelStage stage(String name) {
    var stage = ModelStage.newBuilder().setName(name);
    for (String setting : List.of("sampler", "steps", "guidance_scale")) {
      stage.addSettingsBuilder().setName(setting);
    }
    return stage.build();
  }

  @Test
  void oneNumberIsASquare() {
    assertThat(Kind.SIZE.parse("128")).contains(List.of(128, 128));
    assertThat(Kind.SIZE.parse("768x512")).contains(List.of(768, 512));
    assertThat(Kind.SIZE.parse("768x")).isEmpty();
    assertThat(Kind.INTERVAL.parse("128")).isEmpty();
  }
}
