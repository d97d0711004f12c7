package io.diffusion4j.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.BpeTrainer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishedClipTest {
  private static final Transformer BLOCKS =
      new Transformer(16, 32, 2, 2, Activation.QUICK_GELU, 1e-5);

  private static ClipTextNetwork text() {
    return new ClipTextNetwork(BLOCKS, 10, 4, 8);
  }

  private static ClipVisionNetwork vision() {
    return new ClipVisionNetwork(BLOCKS, 8, 4, 8);
  }

  @Test
  void underTheKeysOfTransformersAnOpenAiTowerComputesTheSame() {
    var texts =
        new Batch(1)
            .ints(ClipTextNetwork.IDS, new int[] {7, 3, 9, 0})
            .floats(ClipTextNetwork.END, new float[] {0, 0, 1, 0});
    assertSame(text(), texts);
    float[] pixels = new float[8 * 8 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 7 - 3;
    }
    var pictures = new Batch(1).floats(ClipVisionNetwork.PIXELS, pixels);
    assertSame(vision(), pictures);
  }

  /** In transformers' layout the folder is taken as it is; in OpenAI's it is rewritten. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPublishedFolderBecomesTheTwoTowersOfAPipeline(boolean openAi, @TempDir Path folder)
      throws IOException {
    int tokens = WORDS.vocabulary().size();
    var blocks = new Transformer(64, 256, 2, 1, Activation.QUICK_GELU, 1e-5);
    var network =
        new ClipNetwork(
            new ClipTextNetwork(blocks, tokens, 4, 8), new ClipVisionNetwork(blocks, 8, 4, 8));
    var weights = RandomWeights.of(network, 3);
    Path published = Files.createDirectories(folder.resolve("published"));
    if (openAi) {
      OpenAiClip.write(published, network, weights, Map.of());
    } else {
      ClipFolders.writeModel(published, network, 0, 1, 2, weights, Map.of());
    }
    WORDS.save(published);
    Path text = Files.createDirectories(folder.resolve("text_encoder"));
    Path vision = Files.createDirectories(folder.resolve("image_encoder"));
    try (var clip = PublishedClip.open(published)) {
      clip.writeText(text, Map.of("from", "there"));
      clip.writeVision(vision, Map.of());
      assertThat(clip.preprocessor().cropSize()).isEqualTo(8);
    }
    assertThat(ClipFolders.readText(text)).isEqualTo(new ClipTextNetwork(blocks, tokens, 4, 8));
    assertThat(ClipFolders.readVision(vision)).isEqualTo(new ClipVisionNetwork(blocks, 8, 4, 8));
    try (var written = Checkpoint.open(text, Checkpoint.TRANSFORMERS);
        var tower = Checkpoint.open(vision, Checkpoint.TRANSFORMERS)) {
      assertThat(written.metadata()).containsEntry("from", "there");
      ClipFolders.manifest(ClipFolders.readText(text)).differences(written).requireNone(text);
      ClipFolders.manifest(ClipFolders.readVision(vision)).differences(tower).requireNone(vision);
    }
  }

  private static final ClipTokenizer WORDS =
      new ClipTokenizer(
          BpeTrainer.ofSize(520).train(Stream.of("a red disc", "a red square")),
          TokenizerConfig.karlo().withMaxLength(4),
          TextNormalization.HUGGING_FACE);

  private static Path transformers(Path folder) throws IOException {
    var blocks = new Transformer(64, 256, 2, 1, Activation.QUICK_GELU, 1e-5);
    int tokens = WORDS.vocabulary().size();
    var network =
        new ClipNetwork(
            new ClipTextNetwork(blocks, tokens, 4, 8), new ClipVisionNetwork(blocks, 8, 4, 8));
    ClipFolders.writeModel(folder, network, 0, 1, 2, RandomWeights.of(network, 3), Map.of());
    WORDS.save(folder);
    return folder;
  }

  @Test
  void thePreparationOfPicturesIsTheFolders(@TempDir Path folder) throws IOException {
    var own =
        new ClipPreprocessor(
            12, 8, 0.5, List.of(0.1, 0.2, 0.3), List.of(1.0, 1.0, 1.0), ClipPreprocessor.Fit.BARS);
    own.save(transformers(folder).resolve("preprocessor_config.json"));
    try (var clip = PublishedClip.open(folder)) {
      assertThat(clip.preprocessor()).isEqualTo(own);
    }
    ClipPreprocessor.clip(9).save(folder.resolve("preprocessor_config.json"));
    assertThatThrownBy(() -> PublishedClip.open(folder)).hasMessageContaining("9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "77", "1000000000000000019884624838656"})
  void textsAreCutToThePositions(String length, @TempDir Path folder) throws IOException {
    Path config = transformers(folder).resolve("tokenizer_config.json");
    String four = Files.readString(config);
    Files.writeString(
        config, four.replaceFirst("\"model_max_length\" : 4", "\"model_max_length\" : " + length));
    try (var clip = PublishedClip.open(folder)) {
      assertThat(clip.tokenizer().encode("a red disc a red disc").ids())
          .isEqualTo(WORDS.encode("a red disc a red disc").ids());
    }
    Files.writeString(config, four.replaceFirst(" : 4", " : 3"));
    assertThatThrownBy(() -> PublishedClip.open(folder))
        .hasMessage("max_position_embeddings: 4 (expected: ≤ the tokenizer's 3)");
  }

  /** As in transformers, where a tower's second settings count, filled with defaults. */
  @Test
  void theDictOfATowerCounts(@TempDir Path folder) throws IOException {
    Path config = transformers(folder).resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst(
                "\"text_config\"",
                "\"text_config_dict\": {\"hidden_size\": 16, \"num_attention_heads\": 2},"
                    + " \"vision_config_dict\": null, \"text_config\""));
    var network = ClipFolders.readModel(folder);
    assertThat(network.text())
        .isEqualTo(
            new ClipTextNetwork(
                new Transformer(16, 2048, 12, 2, Activation.QUICK_GELU, 1e-5), 49408, 77, 8));
    assertThat(network.vision().imageSize()).isEqualTo(8);
  }

  /** Both rules of transformers: the first end token, and the first of the highest ids. */
  @Test
  void aTextIsPooledAtTheFirstEndToken() {
    ClipTokenizer words = WORDS.withMaxLength(9);
    for (String text : List.of("", "a red disc", "a <|endoftext|> disc", "<|endoftext|>")) {
      Tokens tokens = words.encode(text);
      int highest = 0;
      for (int i = 0; i < 9; i++) {
        highest = tokens.ids()[i] > tokens.ids()[highest] ? i : highest;
      }
      assertThat(tokens.pooled()).as(text).isEqualTo(highest);
      assertThat(tokens.ids()[tokens.pooled()]).isEqualTo(words.endId());
    }
    assertThat(words.encode("a <|endoftext|> disc").pooled())
        .isLessThan(words.encode("a <|endoftext|> disc").end());
  }

  private static void assertSame(NetworkDefinition network, Batch batch) {
    var weights = RandomWeights.of(network, 1);
    var openAi = OpenAiNames.toOpenAi(weights);
    assertThat(openAi.names()).doesNotContainAnyElementsOf(weights.names());
    var converted = OpenAiNames.toTransformers(openAi);
    Network.of(network)
        .parameters()
        .forEach(
            (key, p) ->
                assertThat(converted.read(key))
                    .as(key)
                    .hasSize(p.size())
                    .isEqualTo(weights.read(key)));
    assertThat(run(network, converted, batch)).isEqualTo(run(network, weights, batch));
  }

  private static float[] run(NetworkDefinition network, TensorSource weights, Batch batch) {
    try (var compiled = new CompiledNetwork(network, weights, Compute.of(Precision.FLOAT32))) {
      var outputs = compiled.run(batch);
      return outputs.get(outputs.size() - 1);
    }
  }
}
