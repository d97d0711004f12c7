package io.diffusion4j.decoder.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Folders with U-Nets of guided-diffusion: what is written, read, and refused. */
class AdmModelTest {
  private static final int SIZE = 8;

  @TempDir Path folder = Path.of("");

  private static UnetConfig config(
      ConcatConditioning beside,
      LevelChange levelChange,
      Heads heads,
      UnetLayout order,
      int classes) {
    return UnetConfig.openAi(
        order,
        SIZE,
        3,
        beside,
        6,
        16,
        List.of(0.5, 1.0, 2.0), // the first level is narrower than the model
        List.of(1, 4),
        2,
        levelChange,
        TimeConditioning.ADD,
        heads,
        classes,
        0,
        4);
  }

  private static UnetConfig classConditional() {
    return config(
        ConcatConditioning.LOW,
        LevelChange.RESAMPLING,
        Heads.of(2, 4),
        UnetLayout.OPENAI_BY_KIND,
        5);
  }

  private void write(UnetConfig config) {
    var weights = RandomWeights.of(new UnetNetwork(config), 1);
    AdmFolders.write(folder, config, weights, Map.of());
  }

  @ParameterizedTest
  @EnumSource
  void settingsComeBackAsTheyWereWritten(LevelChange levelChange) {
    var config =
        config(ConcatConditioning.NOTHING, levelChange, Heads.ofWidth(4), UnetLayout.OPENAI, 0);
    write(config);
    assertThat(AdmFolders.read(folder)).isEqualTo(config);
    write(classConditional());
    assertThat(AdmFolders.read(folder)).isEqualTo(classConditional());
  }

  @Test
  void whatIsWrittenAnswersByClassAndSmallImage() {
    write(classConditional());
    try (var model = AdmModel.load(folder, Parameterization.EPS, Compute.of(Precision.FLOAT32))) {
      var denoiser = model.denoiser();
      float[] first = answer(denoiser, AdmCondition.ofClass(1).beside(grey(0)));
      assertThat(first).hasSize(SIZE * SIZE * 3);
      assertThat(answer(denoiser, AdmCondition.ofClass(1).beside(grey(0)))).isEqualTo(first);
      assertThat(answer(denoiser, AdmCondition.ofClass(2).beside(grey(0)))).isNotEqualTo(first);
      assertThat(answer(denoiser, AdmCondition.ofClass(1).beside(grey(1)))).isNotEqualTo(first);
    }
  }

  @Test
  void aConditionThatDoesNotFitIsNamed() {
    write(classConditional());
    try (var model = AdmModel.load(folder, Parameterization.EPS, Compute.of(Precision.FLOAT32))) {
      var denoiser = model.denoiser();
      assertThatThrownBy(() -> answer(denoiser, AdmCondition.ofClass(5).beside(grey(0))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("label: OptionalInt[5] (expected: in [0, 5))");
      assertThatThrownBy(() -> answer(denoiser, AdmCondition.ofClass(1)))
          .hasMessage("low: none (expected: 8×8)");
      var small = new Image(4, 4, new float[48]);
      assertThatThrownBy(() -> answer(denoiser, AdmCondition.ofClass(1).beside(small)))
          .hasMessage("low: 4×4 (expected: 8×8)");
    }
  }

  private static float[] answer(Denoiser<AdmCondition> denoiser, AdmCondition condition) {
    float[] xt = grey(0.3f).pixels();
    return denoiser.predict(List.of(new Query<>(xt, 10, condition))).get(0).output();
  }

  private static Image grey(float value) {
    float[] pixels = new float[SIZE * SIZE * 3];
    java.util.Arrays.fill(pixels, value);
    return new Image(SIZE, SIZE, pixels);
  }

  @ParameterizedTest
  @CsvSource({
    "dims, 3, dims: 3 (expected: 2)",
    "image_size, 10, image_size: 10 (expected: a multiple of 4)",
    "out_channels, 4, 'out_channels: 4 (expected: 3, or 6 with a learned variance)'",
    "num_head_channels, 3, num_head_channels: 3 (expected: a divisor of 32)",
    "num_head_channels, 0, num_head_channels: 0 (expected: ≥ 1)",
    "channel_mult, '[1, 3.1]', 'channel_mult: [1.0, 3.1] (expected: a multiple of 4 channels'",
    "num_res_blocks, 0, num_res_blocks: 0 (expected: ≥ 1)",
    "resblock_updown, 1, resblock_updown: 1 (expected: true or false)",
    "num_classes, -1, num_classes: -1 (expected: ≥ 0)",
    "use_spatial_transformer, true, unknown fields: use_spatial_transformer"
  })
  void whatIsNotSupportedIsNamed(String field, String value, String message) {
    Map<String, String> fields = new TreeMap<>();
    fields.put("_class_name", "\"UNetModel\"");
    fields.put("image_size", "16");
    fields.put("in_channels", "3");
    fields.put("out_channels", "6");
    fields.put("model_channels", "16");
    fields.put("channel_mult", "[1, 2, 2]");
    fields.put("groups", "4");
    fields.put("num_res_blocks", "1");
    fields.put("attention_resolutions", "[2]");
    fields.put("num_head_channels", "8");
    fields.put(field, value);
    String json =
        fields.entrySet().stream()
            .map(entry -> "\"" + entry.getKey() + "\": " + entry.getValue())
            .collect(Collectors.joining(", ", "{", "}"));
    assertThatThrownBy(() -> AdmFolders.read(ComponentConfig.parse(Path.of("config.json"), json)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }
}
