package io.diffusion4j.checkpoint.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    Arrays.fill(ones, 1);
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
      return weights.read(layer + ".weight");
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

  /** A decoder of attention blocks has the layers of a prior; here they have equal shapes. */
  private void writeAlike(String... names) {
    components.clear();
    for (String name : names) {
      write(name, new SafetensorsWriter(), PRIOR_LAYER + ".weight", 2, 2);
      components.put(name, () -> Checkpoint.open(file(name)));
    }
  }

  private List<Float> drawn(PipelineLoras loras, String... names) {
    return Arrays.stream(names).map(name -> merged(loras, name, PRIOR_LAYER)[0]).toList();
  }

  private Path noted(String name, String part, String layer) {
    new SafetensorsWriter()
        .note("diffusion4j.part", part)
        .floats(layer + ".lora_A.weight", DType.F32, new long[] {1, 2}, () -> ones(2))
        .floats(layer + ".lora_B.weight", DType.F32, new long[] {2, 1}, () -> ones(2))
        .write(file(name));
    return file(name);
  }

  @ParameterizedTest
  @CsvSource({
    "prior., '', 2, 1, 1",
    "base_model.model.prior., '', 2, 1, 1",
    "prior., decoder, 2, 1, 1",
    "unet., '', 1, 2, 1",
    "decoder., '', 1, 2, 1",
    "text_encoder., '', 1, 1, 2",
    "'', prior, 2, 1, 1",
    "base_model.model., prior, 2, 1, 1",
    "transformer., decoder, 1, 2, 1",
    "'', clip, 1, 1, 2"
  })
  void aPrefixOrElseANoteNamesTheComponentInWhateverOrder(
      String prefix, String part, float prior, float decoder, float text) {
    String[][] orders = {
      {"prior", "decoder", "text_encoder"}, {"prior", "text_encoder", "decoder"},
      {"decoder", "prior", "text_encoder"}, {"decoder", "text_encoder", "prior"},
      {"text_encoder", "prior", "decoder"}, {"text_encoder", "decoder", "prior"}
    };
    var update =
        part.isEmpty()
            ? update("update", 1, prefix + PRIOR_LAYER)
            : new LoraChoice("update", noted("update", part, prefix + PRIOR_LAYER), 1);
    for (String[] order : orders) {
      writeAlike(order);
      assertThat(
              drawn(
                  PipelineLoras.assign(List.of(update), components),
                  "prior",
                  "decoder",
                  "text_encoder"))
          .containsExactly(prior, decoder, text);
    }
  }

  @Test
  void aLayerThatTwoComponentsHaveIsRefusedWithoutPrefixAndNote() {
    LoraChoice update = update("plain", 1, PRIOR_LAYER);
    for (List<String> order : List.of(List.of("unet", "prior"), List.of("prior", "unet"))) {
      writeAlike(order.toArray(String[]::new));
      assertThatThrownBy(() -> PipelineLoras.assign(List.of(update), components))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              file("plain")
                  + ": transformer_blocks.0.attn1.to_q: a layer of prior and unet (expected: keys"
                  + " with a prefix such as prior., or the note diffusion4j.part)");
    }
  }

  @Test
  void oneFileUpdatesTheSameLayerOfTwoComponentsEachWithItsOwnAlpha() {
    writeAlike("prior", "text_encoder", "unet");
    var writer =
        new SafetensorsWriter()
            .note(
                "lora_adapter_metadata",
                "{\"prior.r\": 1, \"prior.lora_alpha\": 4, \"text_encoder.lora_alpha\": 8,"
                    + " \"unet.lora_alpha\": 2, \"unet.alpha_pattern\": {\".*to_q\": 16}}");
    for (String name : components.keySet()) {
      String layer = name + "." + PRIOR_LAYER;
      writer
          .floats(layer + ".lora_A.weight", DType.F32, new long[] {1, 2}, () -> ones(2))
          .floats(layer + ".lora_B.weight", DType.F32, new long[] {2, 1}, () -> ones(2));
    }
    writer.write(file("three"));
    var loras =
        PipelineLoras.assign(List.of(new LoraChoice("three", file("three"), 1)), components);
    assertThat(drawn(loras, "prior", "text_encoder", "unet")).containsExactly(5f, 9f, 17f);
    assertThatThrownBy(
            () ->
                MergedTensors.of(
                    Checkpoint.open(file("prior")),
                    List.of(new MergedTensors.ScaledLora(Lora.open(file("three")), 1))))
        .hasMessageEndingWith(
            "%1$s: twice, prior.%1$s.lora_A.weight and text_encoder.%1$s.lora_A.weight (expected:"
                + " once)",
            PRIOR_LAYER);
  }

  @Test
  void aComponentThatTheFileNamesIsNotReplacedByAnother() {
    for (var wrong :
        List.of(
            update("prefix", 1, "text_encoder." + PRIOR_LAYER),
            new LoraChoice("note", noted("note", "prior-direct", PRIOR_LAYER), 1))) {
      assertThatThrownBy(() -> PipelineLoras.assign(List.of(wrong), components))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("that no network has in this shape");
    }
  }

  /** Otherwise one of the two updates would replace the other. */
  @ParameterizedTest
  @CsvSource({
    "unet.mid_block.attentions.0.to_q.lora_A, lora_unet_mid_block_attentions_0_to_q.lora_down",
    "mid_block.attentions.0.to_q.lora_A, unet.mid_block.attentions.0.to_q.lora_A",
    "decoder.mid_block.attentions.0.to_q.lora_A, unet.mid_block.attentions.0.to_q.lora_A",
    "mid_block.attentions.0.processor.to_q_lora.down, mid_block.attentions.0.to_q.lora_A",
  })
  void aLayerUnderTwoNamesIsRefusedWithBoth(String first, String second) {
    var writer = new SafetensorsWriter();
    for (String down : List.of(first, second)) {
      String up = down.replaceAll("A$", "B").replaceAll("down$", "up");
      writer
          .floats(down + ".weight", DType.F32, new long[] {1, 2}, () -> ones(2))
          .floats(up + ".weight", DType.F32, new long[] {2, 1}, () -> ones(2));
    }
    writer.write(file("twice"));
    assertThatThrownBy(
            () -> PipelineLoras.assign(List.of(new LoraChoice("it", file("twice"), 1)), components))
        .isInstanceOf(CheckpointException.class)
        .hasMessageMatching(
            "(?s)\\Q" + file("twice") + "\\E: \\S+: twice, \\S+ and \\S+ \\(expected: once\\)")
        .hasMessageContaining(first + ".weight")
        .hasMessageContaining(second + ".weight");
  }

  @Test
  void anAlphaUnderTwoNamesIsRefusedWithBoth() {
    var writer = new SafetensorsWriter();
    String layer = "unet." + DECODER_LAYER;
    writer
        .floats(layer + ".lora_A.weight", DType.F32, new long[] {1, 2}, () -> ones(2))
        .floats(layer + ".lora_B.weight", DType.F32, new long[] {2, 1}, () -> ones(2))
        .floats(layer + ".alpha", DType.F32, new long[] {1}, () -> ones(1))
        .floats("base_model.model." + layer + ".alpha", DType.F32, new long[] {1}, () -> ones(1))
        .write(file("alphas"));
    assertThatThrownBy(() -> Lora.open(file("alphas")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith(
            "%1$s: twice, base_model.model.%1$s.alpha and %1$s.alpha (expected: once)"
                .formatted(layer));
  }
}
