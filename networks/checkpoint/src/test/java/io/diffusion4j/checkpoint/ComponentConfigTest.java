package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.diffusion4j.golden.GoldenRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComponentConfigTest {
  private Path folder;

  @BeforeEach
  void useFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private static ComponentConfig config(String json) {
    return ComponentConfig.parse(Path.of("config.json"), json);
  }

  @Test
  void fieldsOfADiffusersFileAreRead() {
    var config =
        ComponentConfig.read(GoldenRoots.shipped().first("unclip-pipeline/decoder/config.json"));
    assertThat(config.expectClass("UNet2DConditionModel")).isEqualTo("UNet2DConditionModel");
    assertThat(config.ints("block_out_channels", List.of())).containsExactly(8, 16);
    assertThat(config.texts("up_block_types", List.of()))
        .containsExactly("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D");
    assertThat(config.doubleValue("norm_eps")).isEqualTo(1e-5);
    assertThat(config.intValue("cross_attention_dim")).isEqualTo(40);
    assertThat(config.text("act_fn")).isEqualTo("silu");
    assertThat(config.booleanValue("flip_sin_to_cos", false)).isTrue();
    assertThat(config.isArray("attention_head_dim")).isFalse();
    assertThat(config.isArray("down_block_types")).isTrue();
  }

  @Test
  void theClassOfATransformersFileIsItsArchitecture() {
    var config =
        ComponentConfig.read(
            GoldenRoots.shipped().first("unclip-pipeline/text_encoder/config.json"));
    assertThat(config.expectClass("CLIPModel", "CLIPTextModelWithProjection"))
        .isEqualTo("CLIPTextModelWithProjection");
  }

  @Test
  void absentAndNullFieldsHaveTheirDefaults() {
    var config = config("{\"null\":null}");
    for (String field : List.of("absent", "null")) {
      assertThat(config.has(field)).isFalse();
      assertThat(config.intValue(field, 3)).isEqualTo(3);
      assertThat(config.doubleValue(field, 0.5)).isEqualTo(0.5);
      assertThat(config.booleanValue(field, true)).isTrue();
      assertThat(config.text(field, "silu")).isEqualTo("silu");
      assertThat(config.ints(field, List.of(1))).containsExactly(1);
      assertThat(config.doubles(field, List.of(.1))).containsExactly(.1);
      assertThat(config.texts(field, List.of("a"))).containsExactly("a");
      assertThat(config.optionalInt(field)).isEmpty();
      assertThat(config.optionalText(field)).isEmpty();
      assertThat(config.isArray(field)).isFalse();
      config.supports(field, 1, "two", true).unset(field);
    }
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        failure("{}", c -> c.intValue("f"), "f: missing"),
        failure("{}", c -> c.doubleValue("f"), "f: missing"),
        failure("{}", c -> c.text("f"), "f: missing"),
        failure("{}", c -> c.object("f"), "f: missing"),
        failure("{\"f\":1.5}", c -> c.intValue("f"), "f: 1.5 (expected: an integer)"),
        failure(
            "{\"f\":2147483648}", c -> c.intValue("f", 1), "f: 2147483648 (expected: an integer)"),
        failure("{\"f\":\"1\"}", c -> c.optionalInt("f"), "f: \"1\" (expected: an integer)"),
        failure("{\"f\":1e999}", c -> c.doubleValue("f"), "f: 1E+999 (expected: a number)"),
        failure("{\"f\":\"x\"}", c -> c.doubleValue("f", 1), "f: \"x\" (expected: a number)"),
        failure("{\"f\":1}", c -> c.booleanValue("f", true), "f: 1 (expected: true or false)"),
        failure("{\"f\":1}", c -> c.text("f", ""), "f: 1 (expected: a string)"),
        failure("{\"f\":1}", c -> c.ints("f", List.of()), "f: 1 (expected: an array)"),
        failure("{\"f\":[1,null]}", c -> c.ints("f", List.of()), "f: null (expected: an integer)"),
        failure("{\"f\":[1]}", c -> c.texts("f", List.of()), "f: 1 (expected: a string)"),
        failure("{\"f\":1}", c -> c.object("f"), "f: 1 (expected: an object)"),
        failure(
            "{\"f\":{\"g\":\"x\"}}",
            c -> c.object("f").intValue("g"),
            "f.g: \"x\" (expected: an integer)"),
        failure("{\"f\":true}", c -> c.supports("f", false), "f: true (expected: false)"),
        failure(
            "{\"f\":\"relu\"}",
            c -> c.supports("f", "silu", "gelu"),
            "f: \"relu\" (expected: one of silu, gelu)"),
        failure("{\"f\":2}", c -> c.supports("f", 1, "2"), "f: 2 (expected: one of 1, 2)"),
        failure("{\"f\":[1]}", c -> c.supports("f", 1), "f: [1] (expected: 1)"),
        failure("{\"f\":\"proj\"}", c -> c.unset("e", "f"), "f: \"proj\" (expected: null)"),
        failure(
            "{\"_class_name\":\"UNet1DModel\"}",
            c -> c.expectClass("UNet2DModel"),
            "_class_name: UNet1DModel (expected: UNet2DModel)"),
        failure(
            "{}", c -> c.expectClass("A", "B"), "_class_name: missing (expected: one of A, B)"));
  }

  private static Arguments failure(String json, Consumer<ComponentConfig> use, String message) {
    return arguments(json, use, message);
  }

  @ParameterizedTest(name = "{0} → {2}")
  @MethodSource("failures")
  void aValueThatDoesNotDoFailsByNameWithWhatWould(
      String json, Consumer<ComponentConfig> use, String message) {
    var config = config(json);
    assertThatThrownBy(() -> use.accept(config))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("config.json: " + message);
  }

  @Test
  void supportedValuesAreComparedAsJsonDoes() {
    config("{\"a\":1,\"b\":1.0,\"c\":1e-05,\"d\":false,\"e\":\"silu\"}")
        .supports("a", 1.0)
        .supports("b", 1)
        .supports("c", 0.00001)
        .supports("d", false)
        .supports("e", "swish", "silu");
  }

  @Test
  void fieldsThatNobodyAskedAboutAreUnknown() {
    var config =
        config(
            """
            {"_class_name":"X","_diffusers_version":"0.11.0","_commit_hash":null,
             "torch_dtype":"float16","transformers_version":"4","used":1,"checked":null,
             "dropout":0.1,"new_thing":true,"newer_thing":[],"text_config":{"hidden":1}}\
            """);
    config.intValue("used");
    config.unset("checked");
    assertThat(config.object("text_config").unknown()).containsExactly("text_config.hidden");
    assertThat(config.unknown()).containsExactly("dropout", "new_thing", "newer_thing");
    assertThatThrownBy(() -> config.refuseUnknown("dropout"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("config.json: unknown fields: new_thing, newer_thing");
    config.refuseUnknown("dropout", "new_thing", "newer_thing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{\"a\":1,\"a\":2}", "{} {}", "{'a':1}", "{\"a\":nan}"})
  void whatIsNotOneJsonObjectIsRefused(String json) throws IOException {
    assertThatThrownBy(() -> config(json))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("config.json: not ");
    Path file = Files.writeString(folder.resolve("config.json"), json);
    assertThatThrownBy(() -> ComponentConfig.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": not ");
  }

  @Test
  void ofAKeyThatTransformersWroteTwiceTheLastValueCounts() throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), "{\"a\":1,\"a\":2}");
    assertThat(ComponentConfig.readTransformers(file).intValue("a")).isEqualTo(2);
  }

  @Test
  void whatIsWrittenIsCompleteSortedAndComesBack() throws IOException {
    Path file = folder.resolve("config.json");
    ConfigWriter.diffusers("PriorTransformer")
        .put("num_layers", 2)
        .put("norm_eps", 0.5)
        .put("dropout", 0.0)
        .put("clip_embed_dim", null)
        .put("block_out_channels", List.of(8, 16))
        .put("empty", List.of())
        .put("flag", true)
        .put("inner", ConfigWriter.nested().put("b", "é").put("a", 1))
        .write(file);
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            {
              "_class_name": "PriorTransformer",
              "_diffusers_version": "0.33.0",
              "block_out_channels": [
                8,
                16
              ],
              "clip_embed_dim": null,
              "dropout": 0.0,
              "empty": [],
              "flag": true,
              "inner": {
                "a": 1,
                "b": "é"
              },
              "norm_eps": 0.5,
              "num_layers": 2
            }
            """);
    var config = ComponentConfig.read(file);
    config.expectClass("PriorTransformer");
    assertThat(config.object("inner").text("b")).isEqualTo("é");
    assertThat(config.ints("block_out_channels", List.of())).containsExactly(8, 16);
  }

  @Test
  void transformersFindsItsClass() {
    Path file = folder.resolve("config.json");
    ConfigWriter.transformers("CLIPTextModelWithProjection", "clip_text_model").write(file);
    var config = ComponentConfig.read(file);
    assertThat(config.className()).contains("CLIPTextModelWithProjection");
    assertThat(config.text("model_type")).isEqualTo("clip_text_model");
  }

  @Test
  void whatIsNoSettingIsNotWritten() {
    var writer = ConfigWriter.nested().put("a", 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.put("a", 2))
        .withMessage("field: a (expected: not put before)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.put("b", Double.NaN))
        .withMessage("b: NaN (expected: a finite number, boolean, string, list or null)");
    assertThatIllegalArgumentException().isThrownBy(() -> writer.put("b", List.of(folder)));
  }

  @Test
  void fieldsWithoutAnEffectMayHaveAnyValue() {
    var config = config("{\"dropout\": 0.1, \"upcast_attention\": true, \"act_fn\": \"gelu\"}");
    config.fixed("{\"dropout\": 0.0, \"upcast_attention\": false, \"force_upcast\": false}");
    assertThat(config.unknown()).containsExactly("act_fn");
    assertThatThrownBy(() -> config.fixed("{\"act_fn\": \"silu\"}"))
        .hasMessage("config.json: act_fn: \"gelu\" (expected: silu)");
  }

  @Test
  void aLongListIsShownByItsLengthAndItsFirstEntries() {
    var numbers = IntStream.range(0, 1000).mapToObj(i -> "0." + i).toList();
    var config = config("{\"trained_betas\": " + numbers + "}");
    assertThatThrownBy(() -> config.unset("trained_betas"))
        .hasMessage("config.json: trained_betas: 1000 entries, 0, 0.1, 0.2, … (expected: null)");
  }

  /** Python's json module writes {@code float("-inf")} so. */
  @Test
  void numbersThatAreNotFiniteAreNoNumbersOnceTheyAreRead() throws IOException {
    Path file = folder.resolve("config.json");
    Files.writeString(file, "{\"lambda_min_clipped\": -Infinity, \"beta_end\": NaN}");
    var config = ComponentConfig.read(file);
    assertThat(config.unknown()).containsExactly("lambda_min_clipped", "beta_end");
    assertThatThrownBy(() -> config.doubleValue("beta_end"))
        .hasMessage(file + ": beta_end: \"NaN\" (expected: a number)");
    assertThatThrownBy(() -> config.supports("lambda_min_clipped", 1))
        .hasMessage(file + ": lambda_min_clipped: \"-Infinity\" (expected: 1)");
  }
}
