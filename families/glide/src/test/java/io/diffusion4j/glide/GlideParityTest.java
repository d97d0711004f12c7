package io.diffusion4j.glide;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.clip.token.Vocabulary;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The networks answer as GLIDE's do, with its weights under its keys. */
class GlideParityTest {
  @TempDir Path folder = Path.of("");

  @GoldenTest(GoldenKind.GLIDE)
  void theNetworkIsGlidesWithin1e5(GoldenCase golden) throws IOException {
    assertIsGlides(golden, Precision.FLOAT32, 1e-5);
  }

  @GoldenTest(GoldenKind.GLIDE)
  void theNetworkIsGlidesInBfloat16(GoldenCase golden) throws IOException {
    int levels = golden.config("constructor").get("channel_mult").size();
    assertIsGlides(golden, Precision.BFLOAT16, Golden.bfloat16(levels));
  }

  private void assertIsGlides(GoldenCase golden, Precision precision, double tolerance)
      throws IOException {
    GoldenTensors io = golden.io();
    int rows = io.size("in.x", 0);
    int size = io.size("in.x", 3);
    int channels = io.size("in.x", 1);
    var config = config(golden, size);
    Files.copy(golden.file("model.safetensors"), folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("config.json"), config.toString());
    float[] t = io.floats("in.t");
    var x = Rows.unstack(io.image("in.x"), rows);
    var tokenizer = tokenizer(config.get("n_vocab").asInt());
    try (var model = GlideModel.load(folder, tokenizer, Compute.of(precision))) {
      var texts = model.encodeTokens(tokens(io));
      List<Query<GlideCondition>> queries = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        var condition = GlideCondition.of(texts.get(row));
        if (io.has("in.low_res")) {
          float[] low = Rows.unstack(io.image("in.low_res"), rows).get(row);
          var image = new Image(io.size("in.low_res", 3), io.size("in.low_res", 2), low);
          condition = condition.beside(Resize.bilinear(image, size, size));
        }
        if (io.has("in.inpaint_image")) {
          var image = Rows.unstack(io.image("in.inpaint_image"), rows).get(row);
          var mask = Rows.unstack(io.image("in.inpaint_mask"), rows).get(row);
          condition =
              condition.knowing(new GlideCondition.Known(new Image(size, size, image), mask));
        }
        queries.add(new Query<>(x.get(row), t[row], condition));
      }
      var predictions = model.denoiser().predict(queries);
      List<float[]> pixels = new ArrayList<>();
      for (var prediction : predictions) {
        for (int i = 0; i < channels * size * size; i += channels) {
          pixels.add(Arrays.copyOfRange(prediction.output(), i, i + channels));
          pixels.add(Arrays.copyOfRange(prediction.variance(), i, i + channels));
        }
      }
      assertClose(Rows.stack(pixels), io.image("out"), tolerance);
    }
  }

  private static List<Tokens> tokens(GoldenTensors io) {
    int length = io.size("in.tokens", 1);
    int[] ids = io.ints("in.tokens");
    int[] present = io.ints("in.mask");
    List<Tokens> tokens = new ArrayList<>();
    for (int start = 0; start < ids.length; start += length) {
      boolean[] mask = new boolean[length];
      for (int i = 0; i < length; i++) {
        mask[i] = present[start + i] == 1;
      }
      int[] own = Arrays.copyOfRange(ids, start, start + length);
      tokens.add(new Tokens(own, mask, Optional.empty()));
    }
    return tokens;
  }

  /**
   * Creates a tokenizer with this number of symbols. Their texts do not matter, since the ids are
   * given.
   */
  private static Gpt2Tokenizer tokenizer(int size) {
    List<String> symbols = new ArrayList<>();
    IntStream.range(0, size - 1).mapToObj(i -> "<" + i + ">").forEach(symbols::add);
    symbols.add(Vocabulary.END);
    return new Gpt2Tokenizer(new Vocabulary(symbols, List.of()));
  }

  /** The reference's constructor arguments, as a {@code config.json} has them. */
  private static ObjectNode config(GoldenCase golden, int size) {
    var io = golden.io();
    var config = golden.config("constructor");
    String vocabulary = config.remove("tokenizer").asText().replace("n_vocab=", "");
    return config
        .put("_class_name", className(io.has("in.low_res"), io.has("in.inpaint_image")))
        .put("n_vocab", Integer.parseInt(vocabulary))
        .put("image_size", size)
        .put("groups", golden.json().get("groups").asInt());
  }

  private static String className(boolean enlarges, boolean inpaints) {
    if (inpaints) {
      return enlarges ? "SuperResInpaintText2ImUnet" : "InpaintText2ImUNet";
    }
    return enlarges ? "SuperResText2ImUNet" : "Text2ImUNet";
  }

  static Stream<Arguments> published() {
    return Stream.of(
        Arguments.of("glide-base", GlideConfig.base()),
        Arguments.of("glide-upsample", GlideConfig.upsampler()),
        Arguments.of("glide-base-inpaint", GlideConfig.baseInpaint()),
        Arguments.of("glide-upsample-inpaint", GlideConfig.upsamplerInpaint()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("published")
  void thePublishedNetworksHaveTheseKeysAndShapes(String name, GlideConfig config)
      throws IOException {
    Map<String, String> shapes = new HashMap<>();
    for (var weights :
        List.of(
            RandomWeights.of(new GlideTextNetwork(config), 1),
            RandomWeights.of(
                new io.diffusion4j.decoder.unet.UnetNetwork(config.unet(), config.textLength()),
                1))) {
      weights.names().forEach(key -> shapes.put(key, Arrays.toString(weights.shape(key))));
    }
    Map<String, String> published = new HashMap<>();
    try (var lines = Files.lines(Path.of("src/test/resources/keys", name + ".txt"))) {
      lines.map(line -> line.split("\t", -1)).forEach(row -> published.put(row[0], row[1]));
    }
    assertThat(shapes).isEqualTo(published);
  }
}
