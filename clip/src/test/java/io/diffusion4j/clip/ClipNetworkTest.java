package io.diffusion4j.clip;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.clip.token.Vocabulary;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole of CLIP, in both layouts: what it answers, and that folders of it come back. */
class ClipNetworkTest {
  private static final int LENGTH = 12;
  private static final Map<String, String> NOTES = Map.of("origin", "a test");
  private static final ClipTokenizer TOKENIZER =
      new ClipTokenizer(
          Vocabulary.inClipOrder(List.of()),
          TokenizerConfig.karlo().withMaxLength(LENGTH),
          TextNormalization.OPENAI);

  @TempDir Path folder = Path.of("");

  @GoldenTest(GoldenKind.OPENAI_CLIP)
  void theLogitsAreOpenAisWithin1e5(GoldenCase golden) throws IOException {
    assertThatTheLogitsAreOpenAis(golden, Precision.FLOAT32, 1e-5);
  }

  @GoldenTest(GoldenKind.OPENAI_CLIP)
  void theLogitsAreOpenAisInBfloat16(GoldenCase golden) throws IOException {
    var network = openAi(golden, folder);
    int depth =
        Math.max(network.text().transformer().layers(), network.vision().transformer().layers());
    assertThatTheLogitsAreOpenAis(golden, Precision.BFLOAT16, Golden.bfloat16(depth));
  }

  private void assertThatTheLogitsAreOpenAis(
      GoldenCase golden, Precision precision, double tolerance) throws IOException {
    var network = openAi(golden, folder);
    try (var checkpoint = Checkpoint.open(golden.folder(), Checkpoint.TRANSFORMERS);
        var compiled =
            new CompiledNetwork(network, OpenAiClip.weights(checkpoint), Compute.of(precision))) {
      var logits = compiled.run(ContrastiveObjectiveTest.batch(golden.io())).get(2);
      assertClose(logits, golden.io().floats("out.logits_per_image"), tolerance);
    }
  }

  /** The network of a case, from the arguments of the reference's constructor. */
  static ClipNetwork openAi(GoldenCase golden, Path folder) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        golden.config("constructor").put("_class_name", "CLIP").toString());
    return OpenAiClip.read(folder, OpenAiNames.toOpenAi(RandomWeights.of(small(), 1)));
  }

  /** Heads of 64 channels, as OpenAI's all have. */
  private static ClipNetwork small() {
    return new ClipNetwork(
        new ClipTextNetwork(
            new Transformer(64, 256, 1, 1, Activation.QUICK_GELU, 1e-5),
            TOKENIZER.vocabulary().size(),
            LENGTH,
            20),
        new ClipVisionNetwork(
            new Transformer(128, 512, 3, 2, Activation.QUICK_GELU, 1e-5), 24, 6, 20));
  }

  @Test
  void theShapesOfOpenAisTensorsSayWhatTheNetworkIs() {
    var network = small();
    assertThat(OpenAiClip.read(folder, OpenAiNames.toOpenAi(RandomWeights.of(network, 1))))
        .isEqualTo(network);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsWrittenIsReadAndEncodesAsBefore(boolean openAi) {
    var network = small();
    var weights = RandomWeights.of(network, 3);
    write(openAi, network, weights);
    var image = new Image(24, 24, new float[24 * 24 * 3]);
    Arrays.fill(image.pixels(), 0.25f);
    var batch =
        new Batch(1).floats(ClipVisionNetwork.PIXELS, ClipPreprocessor.clip(24).pixels(image));
    ClipTextNetwork.feed(batch, List.of(TOKENIZER.encode("a cat")));
    try (var model = load(openAi);
        var whole = new CompiledNetwork(network, weights, Compute.of(Precision.FLOAT32))) {
      assertThat(model.network()).isEqualTo(network);
      assertThat(Math.log(model.logitScale()))
          .isCloseTo(weights.read(ContrastiveLoss.LOGIT_SCALE)[0], within(0.01));
      var expected = whole.run(batch);
      double written = 3e-2; // as bfloat16
      assertClose(
          model.text().encode(List.of("a cat")).get(0).embedding(), expected.get(0), written);
      assertClose(model.image().encode(List.of(image)).get(0), expected.get(1), written);
    }
  }

  /**
   * Under transformers' names the same numbers give the same embeddings, with every way to detect
   * the layout.
   */
  @Test
  void aFileOfOpenAiBecomesAFolderOfTransformers() throws IOException {
    var network = small();
    write(true, network, RandomWeights.of(network, 3));
    TOKENIZER.save(folder);
    Path output = folder.resolve("transformers");
    Path file = folder.resolve("model.safetensors");
    OpenAiFile.convert(file, folder, output, Optional.of(DType.F32), 1 << 16); // several shards
    assertThat(output.resolve("model.safetensors.index.json")).exists();
    var image = new Image(30, 24, new float[30 * 24 * 3]);
    Arrays.fill(image.pixels(), 0.25f);
    var compute = Compute.of(Precision.FLOAT32);
    try (var before = ClipEncoders.open(folder, Optional.empty(), compute);
        var after = ClipEncoders.open(output, Optional.empty(), compute)) {
      assertThat(after.size()).isEqualTo(before.size());
      assertThat(after.logitScale()).isEqualTo(before.logitScale());
      assertClose(
          after.text().encode(List.of("a cat")).get(0).embedding(),
          before.text().encode(List.of("a cat")).get(0).embedding(),
          1e-5);
      assertClose(
          after.image().encode(List.of(image)).get(0),
          before.image().encode(List.of(image)).get(0),
          1e-5);
    }
    assertThat(ClipIdentity.of(output)).isEqualTo(ClipIdentity.of(output));
    assertThat(ClipIdentity.of(output)).isNotEqualTo(ClipIdentity.of(folder));
  }

  private void write(boolean openAi, ClipNetwork network, TensorSource weights) {
    if (openAi) {
      OpenAiClip.write(folder, network, weights, NOTES);
    } else {
      ClipFolders.writeModel(folder, network, 512, 513, 0, weights, NOTES);
    }
  }

  private ClipModel load(boolean openAi) {
    return openAi
        ? ClipModel.loadOpenAi(folder, TOKENIZER, Compute.of(Precision.FLOAT32))
        : ClipModel.load(folder, TOKENIZER, Compute.of(Precision.FLOAT32));
  }

  @Test
  void aModelWithATensorTooManyIsRefusedByItsName() {
    var network = small();
    OpenAiClip.write(folder, network, withOneMore(network, "visual.extra"), NOTES);
    assertThatThrownBy(() -> load(true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("unused: visual.extra [1]");
    OpenAiClip.write(folder, network, withOneMore(network, "extra"), NOTES);
    assertThatThrownBy(() -> load(true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("unused: extra [1]");
  }

  @ParameterizedTest
  @CsvSource({
    "true, context_length",
    "false, text_model.embeddings.position_ids",
    "false, vision_model.embeddings.position_ids"
  })
  void buffersThatArePublishedWithTheParametersAreIgnored(boolean openAi, String buffer) {
    var network = small();
    write(openAi, network, withOneMore(network, buffer));
    try (var model = load(openAi)) {
      assertThat(model.network()).isEqualTo(network);
    }
  }

  private static TensorMap withOneMore(ClipNetwork network, String more) {
    var weights = RandomWeights.of(network, 3);
    return new TensorMap().putAll("", weights).put(more, new long[] {1}, new float[1]);
  }

  @Test
  void aResNetIsRefused() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        "{\"_class_name\": \"CLIP\", \"vision_layers\": [3, 4, 6, 3]}");
    var weights = RandomWeights.of(small(), 1);
    assertThatThrownBy(() -> OpenAiClip.read(folder, weights))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("vision_layers: […] (expected: an integer");
  }

  @Test
  void thePublishedClipModelHasTheseKeysAndShapes() throws IOException {
    // As in openai/clip-vit-large-patch14.
    Files.writeString(
        folder.resolve("config.json"),
        """
        {
          "architectures": ["CLIPModel"],
          "initializer_factor": 1.0,
          "logit_scale_init_value": 2.6592,
          "model_type": "clip",
          "projection_dim": 768,
          "text_config": {
            "attention_dropout": 0.0,
            "bos_token_id": 0,
            "eos_token_id": 2,
            "hidden_act": "quick_gelu",
            "hidden_size": 768,
            "intermediate_size": 3072,
            "num_attention_heads": 12,
            "num_hidden_layers": 12,
            "num_beams": 1,
            "projection_dim": 768
          },
          "vision_config": {
            "hidden_act": "quick_gelu",
            "hidden_size": 1024,
            "image_size": 224,
            "intermediate_size": 4096,
            "num_attention_heads": 16,
            "num_hidden_layers": 24,
            "patch_size": 14,
            "projection_dim": 768
          }
        }
        """);
    var weights = RandomWeights.of(ClipFolders.readModel(folder), 1);
    Map<String, String> shapes = new HashMap<>();
    weights.names().forEach(name -> shapes.put(name, Arrays.toString(weights.shape(name))));
    Map<String, String> published = new HashMap<>();
    try (var lines =
        Files.lines(Path.of("src/test/resources/keys/hf-clip-vit-large-patch14-CLIPModel.txt"))) {
      lines.map(line -> line.split("\t", -1)).forEach(row -> published.put(row[0], row[1]));
    }
    assertThat(shapes).isEqualTo(published);
  }
}
