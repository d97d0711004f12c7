package io.diffusion4j.glide;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.clip.token.Vocabulary;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.tf.RandomWeights;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.nn.Tensors;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The networks answer as GLIDE's do, with its weights under its keys. */
class GlideParityTest {
  private static final int ROWS = 2;
  private static final int SIZE = 16;
  private static final int LENGTH = 8;

  @TempDir Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource({"base, Text2ImUNet", "upsample, SuperResText2ImUNet", "inpaint, InpaintText2ImUNet"})
  void theNetworkIsGlidesWithin1e5(String name, String className) throws IOException {
    assertIsGlides(name, className, Precision.FLOAT32, 1e-5);
  }

  @ParameterizedTest
  @CsvSource({"base, Text2ImUNet", "upsample, SuperResText2ImUNet", "inpaint, InpaintText2ImUNet"})
  void theNetworkIsGlidesWithin3e2InBfloat16(String name, String className) throws IOException {
    assertIsGlides(name, className, Precision.BFLOAT16, 3e-2);
  }

  private void assertIsGlides(String name, String className, Precision precision, double tolerance)
      throws IOException {
    var golden = Golden.of(name);
    Files.copy(golden.folder().resolve("model.safetensors"), folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("config.json"), config(golden, className));
    float[] t = golden.floats("in.t");
    var x = Tensors.unstack(golden.image("in.x"), ROWS);
    try (var model = GlideModel.load(folder, tokenizer(64), precision)) {
      var texts = model.encodeTokens(tokens(golden));
      List<Query<GlideCondition>> queries = new ArrayList<>();
      for (int row = 0; row < ROWS; row++) {
        var condition = GlideCondition.of(texts.get(row));
        if (name.equals("upsample")) {
          float[] low = Tensors.unstack(golden.image("in.low_res"), ROWS).get(row);
          condition = condition.beside(Resize.bilinear(new Image(4, 4, low), SIZE, SIZE));
        }
        if (name.equals("inpaint")) {
          var image = Tensors.unstack(golden.image("in.inpaint_image"), ROWS).get(row);
          var mask = Tensors.unstack(golden.image("in.inpaint_mask"), ROWS).get(row);
          condition =
              condition.knowing(new GlideCondition.Known(new Image(SIZE, SIZE, image), mask));
        }
        queries.add(new Query<>(x.get(row), t[row], condition));
      }
      var predictions = model.denoiser().predict(queries);
      List<float[]> pixels = new ArrayList<>();
      for (var prediction : predictions) {
        for (int i = 0; i < SIZE * SIZE; i++) {
          pixels.add(Arrays.copyOfRange(prediction.output(), 3 * i, 3 * i + 3));
          pixels.add(Arrays.copyOfRange(prediction.variance(), 3 * i, 3 * i + 3));
        }
      }
      assertClose(Tensors.stack(pixels), golden.image("out"), tolerance);
    }
  }

  private static List<Tokens> tokens(Golden golden) {
    int[] ids = golden.ints("in.tokens");
    int[] present = golden.ints("in.mask");
    List<Tokens> tokens = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      boolean[] mask = new boolean[LENGTH];
      for (int i = 0; i < LENGTH; i++) {
        mask[i] = present[row * LENGTH + i] == 1;
      }
      int[] own = Arrays.copyOfRange(ids, row * LENGTH, (row + 1) * LENGTH);
      tokens.add(new Tokens(own, mask, Optional.empty()));
    }
    return tokens;
  }

  /** Of so many symbols; which they are makes no difference to ids that are given. */
  private static Gpt2Tokenizer tokenizer(int size) {
    List<String> symbols = new ArrayList<>();
    IntStream.range(0, size - 1).mapToObj(i -> "<" + i + ">").forEach(symbols::add);
    symbols.add(Vocabulary.END);
    return new Gpt2Tokenizer(new Vocabulary(symbols, List.of()));
  }

  /** The reference's constructor arguments, as a {@code config.json} has them. */
  private static String config(Golden golden, String className) throws IOException {
    Path file = golden.folder().resolve("case.json");
    int groups = ComponentConfig.read(file).intValue("groups");
    String text = Files.readString(file);
    String arguments =
        text.substring(text.indexOf('{', 1) + 1, text.indexOf('}'))
            .replace("\"tokenizer\": \"n_vocab=64\"", "\"n_vocab\": 64");
    return "{\"_class_name\": \"%s\", \"image_size\": %d, \"groups\": %d, %s}"
        .formatted(className, SIZE, groups, arguments);
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
                new io.diffusion4j.decoder.AdmNetwork(config.unet(), config.textLength()), 1))) {
      weights.names().forEach(key -> shapes.put(key, Arrays.toString(weights.shape(key))));
    }
    Map<String, String> published = new HashMap<>();
    try (var lines = Files.lines(Golden.of("keys").folder().resolve(name + ".txt"))) {
      lines.map(line -> line.split("\t", -1)).forEach(row -> published.put(row[0], row[1]));
    }
    assertThat(shapes).isEqualTo(published);
  }
}
