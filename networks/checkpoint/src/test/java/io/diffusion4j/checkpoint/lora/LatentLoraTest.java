package io.diffusion4j.checkpoint.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Low-rank updates of Stable Diffusion's U-Net and text tower, in each trainer's names. */
class LatentLoraTest {
  private static final List<String> NETWORKS = List.of("unet", "text_encoder");

  @TempDir private Path folder = Path.of("");

  @GoldenTest(GoldenKind.LATENT_LORA)
  void layoutsOfTheSameUpdatesGiveTheSameWeights(GoldenCase golden) {
    Map<String, String> layouts = layouts(golden);
    var first = new HashMap<String, Map<String, float[]>>();
    layouts.forEach(
        (layout, updates) -> {
          Map<String, float[]> deltas = deltas(golden, golden.file(layout));
          Map<String, float[]> same = first.computeIfAbsent(updates, name -> deltas);
          assertThat(deltas.keySet()).as(layout).isEqualTo(same.keySet());
          deltas.forEach((name, values) -> assertThat(values).as(name).isEqualTo(same.get(name)));
        });
    assertThat(first).hasSizeLessThan(layouts.size());
  }

  /** Every update of a file is the product of its own two tensors, times α over its own rank. */
  @GoldenTest(GoldenKind.LATENT_LORA)
  void eachDeltaIsTheProductOfItsTensors(GoldenCase golden) {
    for (String layout : List.of("kohya", "kohya-no-alpha", "kohya-conv")) {
      Map<String, float[]> deltas = deltas(golden, golden.file(layout));
      try (Checkpoint file = Lora.open(golden.file(layout)).tensors()) {
        assertThat(deltas).hasSize((int) names(file, ".lora_down.weight").count());
        deltas.forEach((name, delta) -> assertProduct(name, delta, file));
      }
    }
  }

  private static Stream<String> names(TensorSource file, String end) {
    return file.names().stream().filter(name -> name.endsWith(end));
  }

  private static void assertProduct(String name, float[] delta, TensorSource file) {
    String flat =
        name.replace("unet:", "lora_unet_")
            .replace("text_encoder:", "lora_te_")
            .replaceFirst("\\.weight$", "")
            .replace('.', '_');
    float[] a = file.read(flat + ".lora_down.weight");
    float[] b = file.read(flat + ".lora_up.weight");
    int rank = (int) file.shape(flat + ".lora_down.weight")[0];
    int in = a.length / rank;
    double factor = file.contains(flat + ".alpha") ? file.read(flat + ".alpha")[0] / rank : 1;
    assertThat(delta).as(name).hasSize(b.length / rank * in);
    for (int i = 0; i < delta.length; i++) {
      double sum = 0;
      for (int r = 0; r < rank; r++) {
        sum += (double) b[i / in * rank + r] * a[r * in + i % in];
      }
      assertThat((double) delta[i]).as(name).isCloseTo(factor * sum, within(1e-6));
    }
  }

  private static Map<String, String> layouts(GoldenCase golden) {
    var layouts = ComponentConfig.read(golden.file("layouts.json"));
    var names = new TreeMap<String, String>();
    layouts.names().forEach(layout -> names.put(layout, layouts.text(layout)));
    // the same updates without those of the text tower
    names.computeIfPresent("peft-unet-only", (layout, name) -> name + " alone");
    return names;
  }

  /** What a file adds to the tensors that it changes, by component and name. */
  private static Map<String, float[]> deltas(GoldenCase golden, Path layout) {
    Map<String, Supplier<? extends TensorSource>> components = new HashMap<>();
    NETWORKS.forEach(name -> components.put(name, () -> open(golden, name)));
    var loras = PipelineLoras.assign(List.of(new LoraChoice("it", layout, 1)), components);
    var deltas = new TreeMap<String, float[]>();
    for (String network : NETWORKS) {
      try (TensorSource base = open(golden, network);
          TensorSource merged = loras.merge(network, open(golden, network))) {
        for (String name : base.names()) {
          float[] before = base.read(name);
          float[] after = merged.read(name).clone();
          if (!Arrays.equals(before, after)) {
            for (int i = 0; i < after.length; i++) {
              after[i] -= before[i];
            }
            deltas.put(network + ":" + name, after);
          }
        }
      }
    }
    return deltas;
  }

  private static Checkpoint open(GoldenCase golden, String network) {
    return Checkpoint.open(
        golden.file(golden.json().get("base").asText() + "/" + network),
        "diffusion_pytorch_model",
        "model");
  }

  private static final String LAYER = "lora_unet_down_blocks_0_attentions_0_proj_in";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dora_scale",
        "lora_mid.weight",
        "hada_w1_a",
        "hada_w2_b",
        "lokr_w1",
        "lokr_t2",
        "oft_blocks",
        "oft_diag"
      })
  void otherMethodsAreRefusedByName(String tensor) {
    Path file = folder.resolve("other.safetensors");
    new SafetensorsWriter()
        .floats(LAYER + ".lora_down.weight", DType.F32, new long[] {1, 2}, () -> new float[2])
        .floats(LAYER + ".lora_up.weight", DType.F32, new long[] {2, 1}, () -> new float[2])
        .floats(LAYER + "." + tensor, DType.F32, new long[] {2, 1}, () -> new float[2])
        .write(file);
    assertThatThrownBy(() -> Lora.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file + ": 1 of 3 tensors are no low-rank update, such as " + LAYER + "." + tensor);
  }

  @Test
  void anUpdateOfAnotherModelIsRefusedWhole() {
    Path base = folder.resolve("base.safetensors");
    new SafetensorsWriter()
        .floats(
            "down_blocks.0.attentions.0.proj_in.weight",
            DType.F32,
            new long[] {3, 3, 1, 1},
            () -> new float[9])
        .write(base);
    Path file = folder.resolve("wide.safetensors");
    new SafetensorsWriter()
        .floats(LAYER + ".lora_down.weight", DType.F32, new long[] {1, 2, 1, 1}, () -> new float[2])
        .floats(LAYER + ".lora_up.weight", DType.F32, new long[] {2, 1, 1, 1}, () -> new float[2])
        .write(file);
    Map<String, Supplier<? extends TensorSource>> unet =
        Map.of("unet", () -> Checkpoint.open(base));
    assertThatThrownBy(() -> PipelineLoras.assign(List.of(new LoraChoice("wide", file, 1)), unet))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": 1 of 1 layers that no network has in this shape, such as"
                + " unet.down_blocks_0_attentions_0_proj_in from 2 to 2 values"
                + " (expected: layers of unet)");
  }

  @ParameterizedTest
  @CsvSource({
    "lora_te2_text_model_encoder_layers_0_mlp_fc1, Stable Diffusion XL",
    "text_encoder_2.text_model.encoder.layers.0.mlp.fc1, Stable Diffusion XL",
    "lora_unet_joint_blocks_0_x_block_attn_qkv, Stable Diffusion 3",
    "transformer.single_transformer_blocks.0.attn.to_k, FLUX",
    "lora_unet_double_blocks_0_img_attn_qkv, FLUX"
  })
  void anUpdateOfAnotherFamilyIsRefusedInOneLineWithItsName(String layer, String family) {
    Path base = folder.resolve("base.safetensors");
    var tensors = new SafetensorsWriter();
    var updates = new SafetensorsWriter();
    for (int i = 0; i < 20; i++) {
      String own = "down_blocks." + i + ".proj_in";
      tensors.floats(own + ".weight", DType.F32, new long[] {2, 2}, () -> new float[4]);
      for (String each : List.of(own, layer + i)) {
        updates
            .floats(each + ".lora_down.weight", DType.F32, new long[] {1, 2}, () -> new float[2])
            .floats(each + ".lora_up.weight", DType.F32, new long[] {2, 1}, () -> new float[2]);
      }
    }
    tensors.write(base);
    Path file = folder.resolve("foreign.safetensors");
    updates.write(file);
    Map<String, Supplier<? extends TensorSource>> unet =
        Map.of("unet", () -> Checkpoint.open(base));
    assertThatThrownBy(() -> PipelineLoras.assign(List.of(new LoraChoice("f", file, 1)), unet))
        .hasMessageStartingWith(
            file + ": 20 of 40 layers of " + family + " that no network has in this shape, such as")
        .hasMessageNotContaining("\n");
  }
}
