package io.diffusion4j.clip.noised;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.clip.token.Vocabulary;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The towers answer as GLIDE's do, with their weights under their keys. */
class NoisedClipParityTest {
  @TempDir Path folder = Path.of("");

  @GoldenTest(GoldenKind.NOISED_CLIP)
  void embeddingsAreWithin1e5AndGradientsWithin2e5OnEveryEngine(GoldenCase golden)
      throws IOException {
    for (Engine engine : Engines.all()) {
      if (engine.unavailable(Precision.FLOAT32).isEmpty()) {
        var compute = Compute.of(Precision.FLOAT32).withEngine(engine.name());
        assertIsGlides(golden, compute, 1e-5, 2e-5);
      }
    }
  }

  @GoldenTest(GoldenKind.NOISED_CLIP)
  void theGradientIsGlidesInBfloat16(GoldenCase golden) throws IOException {
    assertIsGlides(golden, Compute.of(Precision.BFLOAT16), 0.05, 0.1);
  }

  private void assertIsGlides(
      GoldenCase golden, Compute compute, double ofEmbeddings, double ofGradients)
      throws IOException {
    GoldenTensors io = golden.io();
    copy(golden, folder);
    int rows = io.size("in.x", 0);
    var x = Rows.unstack(io.image("in.x"), rows);
    int[] t = io.ints("in.t");
    var shape = golden.json().get("text_encoder");
    var tokenizer = tokenizer(shape.get("n_bpe_vocab").asInt(), shape.get("max_text_len").asInt());
    try (var clip = NoisedClip.load(folder, tokenizer, compute)) {
      var texts = clip.encodeTokens(tokens(io));
      assertClose(Rows.stack(texts), io.floats("out.text"), ofEmbeddings);
      List<Query<float[]>> queries = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        queries.add(new Query<>(x.get(row), t[row], texts.get(row)));
      }
      var all = clip.judge(queries);
      assertClose(
          Rows.stack(all.stream().map(NoisedClip.Judgement::embedding).toList()),
          io.floats("out.image"),
          ofEmbeddings);
      double scale = golden.json().get("logit_scale").asDouble();
      float[] expected = io.floats("out.similarity");
      for (int row = 0; row < rows; row++) {
        assertThat(all.get(row).similarity() / scale)
            .isCloseTo(expected[row], org.assertj.core.api.Assertions.within(ofEmbeddings));
      }
      assertClose(
          Rows.stack(all.stream().map(NoisedClip.Judgement::gradient).toList()),
          io.image("out.gradient"),
          ofGradients);
    }
  }

  /** The case as a folder of a noised CLIP without its tokenizer. */
  static void copy(GoldenCase golden, Path folder) throws IOException {
    for (String name : List.of("clip_image_enc.safetensors", "clip_text_enc.safetensors")) {
      Files.copy(golden.file(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    var json = golden.json();
    Files.writeString(
        folder.resolve("config.json"),
        "{\"_class_name\": \"NoisedCLIP\", \"image_heads\": %s, \"text_heads\": %s, \"logit_scale\": %s}"
            .formatted(
                json.get("image_encoder").get("n_head"),
                json.get("text_encoder").get("n_head"),
                json.get("logit_scale")));
  }

  static List<Tokens> tokens(GoldenTensors io) {
    int length = io.size("in.tokens", 1);
    int[] ids = io.ints("in.tokens");
    int[] lengths = io.ints("in.lengths");
    List<Tokens> tokens = new ArrayList<>();
    for (int row = 0; row < lengths.length; row++) {
      boolean[] mask = new boolean[length];
      Arrays.fill(mask, 0, lengths[row], true);
      int[] own = Arrays.copyOfRange(ids, row * length, (row + 1) * length);
      tokens.add(new Tokens(own, mask, Optional.empty()));
    }
    return tokens;
  }

  /**
   * Creates a tokenizer with this number of symbols. Their texts do not matter, since the ids are
   * given.
   */
  private static ClipTokenizer tokenizer(int size, int length) {
    List<String> symbols = new ArrayList<>();
    IntStream.range(0, size - 2).mapToObj(i -> "<" + i + ">").forEach(symbols::add);
    symbols.addAll(List.of(Vocabulary.START, Vocabulary.END));
    return new ClipTokenizer(
        new Vocabulary(symbols, List.of()),
        TokenizerConfig.clip().withMaxLength(length),
        TextNormalization.OPENAI);
  }

  @Test
  void towersOfThePublishedSizesHaveAsManyTensorsAndValues() {
    var vision =
        new NoisedVisionNetwork(
            new Transformer(768, 3072, 12, 12, Activation.GELU, 1e-5), 64, 4, 512, 1000);
    var text =
        new NoisedTextNetwork(
            new Transformer(512, 2048, 12, 8, Activation.GELU, 1e-5), 65536, 77, 512);
    assertThat(values(vision)).isEqualTo(86_443_776);
    assertThat(Manifest.of(vision).shapes()).hasSize(188);
    assertThat(values(text)).isEqualTo(71_679_488);
    assertThat(Manifest.of(text).shapes()).hasSize(185);
  }

  private static long values(NetworkDefinition network) {
    return Manifest.of(network).shapes().values().stream()
        .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
        .sum();
  }

  @GoldenTest(GoldenKind.NOISED_CLIP)
  void aTokenizerOfAnotherLengthIsRefused(GoldenCase golden) throws IOException {
    copy(golden, folder);
    int length = golden.json().get("text_encoder").get("max_text_len").asInt() + 1;
    assertThatThrownBy(
            () -> NoisedClip.load(folder, tokenizer(4, length), Compute.of(Precision.FLOAT32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("w_pos: " + (length - 1) + " rows (expected: the tokenizer's");
  }
}
