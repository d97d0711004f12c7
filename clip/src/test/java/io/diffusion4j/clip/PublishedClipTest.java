package io.diffusion4j.clip;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.token.BpeTrainer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Normalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.NamedTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PublishedClipTest {
  private static final Transformer BLOCKS =
      new Transformer(16, 32, 2, 2, Activation.QUICK_GELU, 1e-5);

  private static ClipTextNetwork text(ClipKeys keys) {
    return new ClipTextNetwork(BLOCKS, 10, 4, 8, keys);
  }

  private static ClipVisionNetwork vision(ClipKeys keys) {
    return new ClipVisionNetwork(BLOCKS, 8, 4, 8, keys);
  }

  @Test
  void underTheKeysOfTransformersAnOpenAiTowerComputesTheSame() {
    var texts =
        new Batch(1)
            .ints(ClipTextNetwork.IDS, new int[] {7, 3, 9, 0})
            .floats(ClipTextNetwork.END, new float[] {0, 0, 1, 0});
    assertSame(text(ClipKeys.OPENAI), text(ClipKeys.HUGGING_FACE), texts);
    float[] pixels = new float[8 * 8 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 7 - 3;
    }
    var pictures = new Batch(1).floats(ClipVisionNetwork.PIXELS, pixels);
    assertSame(vision(ClipKeys.OPENAI), vision(ClipKeys.HUGGING_FACE), pictures);
  }

  /** In transformers' layout the folder is taken as it is; in OpenAI's it is rewritten. */
  @ParameterizedTest
  @EnumSource
  void aPublishedFolderBecomesTheTwoTowersOfAPipeline(ClipKeys keys, @TempDir Path folder)
      throws IOException {
    var tokenizer =
        new ClipTokenizer(
            BpeTrainer.ofSize(520).train(Stream.of("a red disc", "a red square")),
            TokenizerConfig.karlo().withMaxLength(4),
            Normalization.HUGGING_FACE);
    int tokens = tokenizer.vocabulary().size();
    var blocks = new Transformer(64, 256, 2, 1, Activation.QUICK_GELU, 1e-5);
    var network =
        new ClipNetwork(
            new ClipTextNetwork(blocks, tokens, 4, 8, keys),
            new ClipVisionNetwork(blocks, 8, 4, 8, keys));
    var weights = RandomWeights.of(network, 3);
    Path published = Files.createDirectories(folder.resolve("published"));
    if (keys == ClipKeys.OPENAI) {
      OpenAiClip.write(published, network, weights, Map.of());
    } else {
      ClipFolders.writeModel(published, network, 0, 1, 2, weights, Map.of());
    }
    tokenizer.save(published);
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

  private static void assertSame(
      NetworkDefinition openAi, NetworkDefinition transformers, Batch batch) {
    var weights = RandomWeights.of(openAi, 1);
    var converted = new HuggingFaceTensors(transformers, weights);
    Network.of(transformers)
        .parameters()
        .forEach((key, p) -> assertThat(converted.read(key)).as(key).hasSize(p.size()));
    assertThat(run(transformers, converted, batch)).isEqualTo(run(openAi, weights, batch));
  }

  private static float[] run(NetworkDefinition network, NamedTensors weights, Batch batch) {
    try (var compiled = new CompiledNetwork(network, weights, Compute.of(Precision.FLOAT32))) {
      var outputs = compiled.run(batch);
      return outputs.get(outputs.size() - 1);
    }
  }
}
