package io.diffusion4j.checkpoint.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraTest {
  @TempDir private Path folder = Path.of("");

  /**
   * All layouts of a case are the same updates, some with α, of several ranks, or of fewer layers.
   */
  @GoldenTest(GoldenKind.LORA)
  void layoutsOfTheSameUpdatesGiveTheSameWeights(GoldenCase golden) throws IOException {
    Path base = golden.file(golden.json().get("base").asText());
    var merged = new HashMap<String, Map<String, float[]>>();
    for (Path layout : layouts(golden)) {
      String target = layout.getFileName().toString().replaceFirst("^(peft|processor)$", "out");
      var weights = merge(base, layout, 1);
      assertThat(weights).as("%s", layout).isNotEmpty();
      merged.put(target, weights);
      Map<String, float[]> first = merged.computeIfAbsent(kind(target), kind -> weights);
      assertThat(weights.keySet()).as("%s", layout).isEqualTo(first.keySet());
      weights.forEach(
          (name, values) ->
              assertThat(values)
                  .as("%s %s", layout, name)
                  .usingComparatorWithPrecision(1e-6f)
                  .containsExactly(first.get(name)));
    }
  }

  private static String kind(String layout) {
    return Stream.of("core", "ranks", "alpha").filter(layout::endsWith).findFirst().orElse("plain");
  }

  private static List<Path> layouts(GoldenCase golden) throws IOException {
    try (Stream<Path> all = Files.list(golden.folder())) {
      return all.filter(Files::isDirectory).sorted().toList();
    }
  }

  /** The tensors that differ from the base's. */
  private static Map<String, float[]> merge(Path base, Path layout, double scale) {
    try (var weights = Checkpoint.open(base);
        var merged =
            MergedTensors.of(
                Checkpoint.open(base),
                List.of(new MergedTensors.ScaledLora(Lora.open(layout), scale)))) {
      assertThat(merged.names()).isEqualTo(weights.names());
      var changed = new TreeMap<String, float[]>();
      for (String name : merged.names()) {
        float[] values = merged.read(name);
        if (!Arrays.equals(values, weights.read(name))) {
          changed.put(name, values);
        }
      }
      return changed;
    }
  }

  private Path base = Path.of("");

  @BeforeEach
  void writeBase() {
    base = folder.resolve("base.safetensors");
    new SafetensorsWriter()
        .floats("a.to_q.weight", DType.BF16, new long[] {2, 3}, () -> new float[6])
        .floats("a.to_out.0.weight", DType.F32, new long[] {3, 3}, () -> new float[9])
        .write(base);
  }

  private Path write(String name, SafetensorsWriter writer) {
    Path file = folder.resolve(name);
    writer.write(file);
    return file;
  }

  private static SafetensorsWriter update(String down, String up) {
    return new SafetensorsWriter()
        .floats(down, DType.F32, new long[] {2, 3}, () -> new float[] {1, 2, 3, 4, 5, 6})
        .floats(up, DType.F32, new long[] {2, 2}, () -> new float[] {1, 0, 1, 1});
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"r\": 2, \"lora_alpha\": 6}', 3",
    "'{\"r\": 2, \"lora_alpha\": 6, \"use_rslora\": true}', 4.2426405",
    "'{\"lora_alpha\": 6, \"alpha_pattern\": {\"to_q\": 1}}', 0.5",
    "'{\"lora_alpha\": 6, \"alpha_pattern\": {\".*to_q\": 7.5}}', 3.75",
    "'{\"lora_alpha\": 6, \"alpha_pattern\": {\"to_(q|k)\": 4, \"a.to_q\": 1}}', 2",
    "'{\"lora_alpha\": 6, \"alpha_pattern\": {\"a\": 1, \"_q\": 2, \"b|to_q.+\": 3}}', 3",
    "'{\"lora_alpha\": 6, \"rank_pattern\": {\".*\": 2}, \"init_lora_weights\": \"gaussian\"}', 3",
    "'{\"lora_alpha\": 6, \"bias\": \"none\", \"layer_replication\": null, \"new\": []}', 3",
    "'{\"lora_alpha\": 6, \"lora_dropout\": 0.1, \"task_type\": \"X\", \"use_new\": false}', 3",
    "'{}', 1"
  })
  void theFactorIsWhatPeftNotes(String notes, float factor) {
    var writer = update("a.to_q.lora_A.weight", "a.to_q.lora_B.weight");
    Path file = write("noted.safetensors", writer.note("lora_adapter_metadata", notes));
    float[] product = {1, 2, 3, 5, 7, 9};
    float[] weight = Objects.requireNonNull(merge(base, file, -2).get("a.to_q.weight"));
    for (int i = 0; i < product.length; i++) {
      assertThat(weight[i]).isCloseTo(-2 * factor * product[i], within(1e-5f));
    }
  }

  /** As peft 0.19 writes them. */
  @Test
  void theDefaultsOfAllSettingsAreAccepted() {
    String notes =
        """
        {"alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null,
         "auto_mapping": null, "base_model_name_or_path": "x/y", "bias": "none",
         "corda_config": null, "eva_config": null, "exclude_modules": null,
         "ensure_weight_tying": false, "fan_in_fan_out": false, "inference_mode": true,
         "init_lora_weights": true, "layer_replication": null, "layers_pattern": null,
         "layers_to_transform": null, "loftq_config": {}, "lora_alpha": 4, "lora_bias": false,
         "lora_dropout": 0.0, "lora_ga_config": null, "megatron_config": null,
         "megatron_core": "megatron.core", "modules_to_save": null, "peft_type": "LORA",
         "peft_version": "0.19.0", "qalora_group_size": 16, "r": 2, "rank_pattern": {},
         "revision": null, "target_modules": ["to_q"], "target_parameters": null,
         "task_type": null, "trainable_token_indices": null, "use_bdlora": null,
         "use_dora": false, "use_qalora": false, "use_rslora": false}
        """;
    var writer = update("a.to_q.lora_A.weight", "a.to_q.lora_B.weight");
    Path file = write("defaults.safetensors", writer.note("lora_adapter_metadata", notes));
    assertThat(Objects.requireNonNull(merge(base, file, 1).get("a.to_q.weight"))[0]).isEqualTo(2);
  }

  @Test
  void severalAddUp() {
    Path one = write("one.safetensors", update("a.to_q.lora_A.weight", "a.to_q.lora_B.weight"));
    Path two =
        write(
            "two.safetensors",
            update(
                "unet.a.processor.to_q_lora.down.weight", "unet.a.processor.to_q_lora.up.weight"));
    try (var merged =
        MergedTensors.of(
            Checkpoint.open(base),
            List.of(
                new MergedTensors.ScaledLora(Lora.open(one), 1),
                new MergedTensors.ScaledLora(Lora.open(two), 0.5)))) {
      assertThat(merged.read("a.to_q.weight")).containsExactly(1.5f, 3, 4.5f, 7.5f, 10.5f, 13.5f);
      assertThat(merged.info("a.to_q.weight").dtype()).isEqualTo(DType.F32);
      assertThat(merged.raw("a.to_q.weight", 4, 4).getFloat()).isEqualTo(3);
      assertThat(merged.read("a.to_out.0.weight")).containsOnly(0);
    }
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    Path other = write("other.safetensors", update("b.lora_A.weight", "b.lora_B.weight"));
    try (var lora = Lora.open(other);
        var network = Checkpoint.open(base)) {
      assertThat(lora.fits(network)).isFalse();
      assertThatThrownBy(
              () -> MergedTensors.of(network, List.of(new MergedTensors.ScaledLora(lora, 1))))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(other + ": layers that the network has not, or of another shape\n  b");
    }
    assertRefused(
        "a.hada_w1_a", "a.hada_w1_b", "2 of 2 tensors are no low-rank update, such as a.hada");
    assertRefused("a.to_q.lora_A.weight", "a.to_k.lora_B.weight", "a.to_q: no up");
    Path dora =
        write(
            "dora.safetensors",
            update("a.to_q.lora_A.weight", "a.to_q.lora_B.weight")
                .note("lora_adapter_metadata", "{\"use_dora\": true}"));
    assertThatThrownBy(() -> Lora.open(dora)).hasMessageContaining("use_dora: true");
    assertThatThrownBy(() -> new MergedTensors.ScaledLora(Lora.open(other), Double.NaN))
        .hasMessage("scale: NaN (expected: a finite number)");
  }

  private void assertRefused(String down, String up, String message) {
    Path file = write("refused.safetensors", update(down, up));
    assertThatThrownBy(() -> Lora.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": " + message);
  }

  /** Those change the weights below the updates, or what is done with the updates. */
  @ParameterizedTest
  @CsvSource({
    "'\"init_lora_weights\": \"pissa_niter_4\"', init_lora_weights: \"pissa_niter_4\"",
    "'\"init_lora_weights\": \"olora\"', init_lora_weights: \"olora\"",
    "'\"layer_replication\": [[0, 4], [2, 5]]', 'layer_replication: [[0,4],[2,5]]'",
    "'\"use_qalora\": true', use_qalora: true",
    "'\"bias\": \"all\"', bias: \"all\"",
    "'\"peft_type\": \"LOHA\"', peft_type: \"LOHA\"",
    "'\"modules_to_save\": [\"conv_in\"]', 'modules_to_save: [\"conv_in\"]'",
    "'\"alpha_pattern\": {\"(a\": 1}', alpha_pattern: (a (expected: regular expressions",
    "'\"prior.lora_alpha\": 1', prior.lora_alpha: set (expected: layers with the prefix prior.)"
  })
  void settingsThatChangeTheResultAreRefusedByName(String setting, String message) {
    var writer = update("a.to_q.lora_A.weight", "a.to_q.lora_B.weight");
    String notes = "{\"lora_alpha\": 6, " + setting + "}";
    Path file = write("noted.safetensors", writer.note("lora_adapter_metadata", notes));
    assertThatThrownBy(() -> Lora.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aLayerThatIsTooLongForAPatternIsRefused() {
    String layer = "ab".repeat(20_000);
    var writer = update(layer + ".lora_A.weight", layer + ".lora_B.weight");
    String notes = "{\"lora_alpha\": 6, \"alpha_pattern\": {\"(a|b)*c\": 1}}";
    Path file = write("long.safetensors", writer.note("lora_adapter_metadata", notes));
    assertThatThrownBy(() -> Lora.open(file))
        .hasMessage(file + ": alpha_pattern: a layer of 40000 characters (expected: at most 256)");
  }

  @Test
  void aPatternOfExponentialTimeIsRefused() {
    String layer = "a".repeat(60);
    var writer = update(layer + ".lora_A.weight", layer + ".lora_B.weight");
    String notes = "{\"lora_alpha\": 6, \"alpha_pattern\": {\"((a+)+)+b\": 1}}";
    Path file = write("slow.safetensors", writer.note("lora_adapter_metadata", notes));
    assertThatThrownBy(() -> Lora.open(file))
        .hasMessage(
            file + ": alpha_pattern: ((a+)+)+b (expected: patterns that are matched in 10⁸ steps)");
  }
}
