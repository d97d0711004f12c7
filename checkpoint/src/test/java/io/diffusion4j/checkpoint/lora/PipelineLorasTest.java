package io.diffusion4j.checkpoint.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineLorasTest {
  private static final String PRIOR_LAYER = "transformer_blocks.0.attn1.to_q";
  private static final String DECODER_LAYER = "mid_block.attentions.0.to_q";

  @TempDir private Path folder = Path.of("");

  private final Map<String, Supplier<? extends TensorSource>> components = new LinkedHashMap<>();

  @BeforeEach
  void writeComponents() {
    write("prior", new SafetensorsWriter(), PRIOR_LAYER + ".weight", 2, 2);
    write("decoder", new SafetensorsWriter(), DECODER_LAYER + ".weight", 2, 2);
    for (String name : List.of("decoder", "prior")) {
      components.put(name, () -> Checkpoint.open(file(name)));
    }
  }

  private Path file(String name) {
    return folder.resolve(name + ".safetensors");
  }

  private void write(String name, SafetensorsWriter writer, String tensor, int rows, int columns) {
    writer
        .floats(tensor, DType.F32, new long[] {rows, columns}, () -> ones(rows * columns))
        .write(file(name));
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    java.util.Arrays.fill(ones, 1);
    return ones;
  }

  /** A product of ones is one everywhere. */
  private LoraChoice update(String name, double scale, String... layers) {
    var writer = new SafetensorsWriter();
    for (String layer : layers) {
      writer
          .floats(layer + ".lora_A.weight", DType.F32, new long[] {1, 2}, () -> ones(2))
          .floats(layer + ".lora_B.weight", DType.F32, new long[] {2, 1}, () -> ones(2));
    }
    writer.write(file(name));
    return new LoraChoice(name, file(name), scale);
  }

  private float[] merged(PipelineLoras loras, String component, String layer) {
    try (var weights = loras.merge(component, Checkpoint.open(file(component)))) {
      return weights.readFloats(layer + ".weight");
    }
  }

  @Test
  void eachLayerGoesToTheComponentThatHasIt() {
    var loras =
        PipelineLoras.assign(
            List.of(
                update("both", 2, "prior." + PRIOR_LAYER, "unet." + DECODER_LAYER),
                update("one", -1, PRIOR_LAYER)),
            components);
    assertThat(merged(loras, "prior", PRIOR_LAYER)).containsOnly(2);
    assertThat(merged(loras, "decoder", DECODER_LAYER)).containsOnly(3);
  }

  @Test
  void aComponentWithoutUpdatesIsReadAsItIs() {
    var loras = PipelineLoras.assign(List.of(update("one", 1, PRIOR_LAYER)), components);
    try (var weights = Checkpoint.open(file("decoder"))) {
      assertThat(loras.merge("decoder", weights)).isSameAs(weights);
      assertThat(PipelineLoras.NONE.merge("prior", weights)).isSameAs(weights);
    }
  }

  @Test
  void layersThatNoComponentHasAreNamed() {
    LoraChoice stray = update("stray", 1, PRIOR_LAYER, "down_blocks.9.to_q");
    assertThatThrownBy(() -> PipelineLoras.assign(List.of(stray), components))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("stray.safetensors")
        .hasMessageContaining("of decoder, prior")
        .hasMessageContaining("down_blocks.9.to_q")
        .hasMessageNotContaining(PRIOR_LAYER);
  }
}
