package io.diffusion4j.unclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.EnumeratedVocabulary;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.solver.UnclipSampler;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.ComponentReport;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.prior.PriorModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pipelines of random weights have the shapes of the published ones, and their files' layout. */
@Tag("slow")
class RandomPipelineTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @SuppressWarnings("NullAway.Init") // before all tests
  private static Path small;

  @BeforeAll
  static void write(@TempDir Path temporary) {
    small = temporary.resolve("small");
    new RandomPipeline(UnclipConfig.small()).write(small, DType.BF16, 3, component -> {});
  }

  static Stream<Arguments> published() {
    var karlo = UnclipConfig.karlo();
    return Stream.of(
        Arguments.of("karlo-prior", 1_022_030_080L, PriorModel.manifest(karlo.prior())),
        Arguments.of("karlo-decoder", 885_439_686L, DecoderModel.manifest(karlo.decoder())),
        Arguments.of("karlo-text_proj", 7_878_400L, DecoderModel.manifest(karlo.projection())),
        Arguments.of("karlo-super_res", 691_579_523L, UpsamplerModel.manifest(karlo.upsampler())),
        Arguments.of(
            "hf-clip-vit-large-patch14-CLIPTextModelWithProjection",
            123_650_304L,
            ClipFolders.manifest(karlo.text())),
        Arguments.of(
            "hf-clip-vit-large-patch14-CLIPVisionModelWithProjection",
            303_966_208L,
            ClipFolders.manifest(karlo.vision())));
  }

  /** The lists are those of the published models' classes, made in Python. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("published")
  void keysAndShapesOfThePublishedSizeAreThePublishedOnes(
      String list, long parameters, Manifest manifest) throws IOException {
    List<String> keys = new ArrayList<>();
    manifest.shapes().forEach((key, shape) -> keys.add(key + "\t" + Arrays.toString(shape)));
    assertThat(keys).containsExactlyInAnyOrderElementsOf(lines(list));
    assertThat(
            manifest.shapes().values().stream()
                .mapToLong(shape -> Arrays.stream(shape).reduce(1, Math::multiplyExact))
                .sum())
        .isEqualTo(parameters);
  }

  private static List<String> lines(String list) throws IOException {
    try (InputStream file =
            RandomPipelineTest.class.getResourceAsStream("/keys/" + list + ".txt.gz");
        var reader =
            new BufferedReader(
                new InputStreamReader(
                    new GZIPInputStream(Objects.requireNonNull(file)), StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prior", "decoder", "text_proj", "super_res"})
  void theSettingsOfThePublishedSizeAreThePublishedOnes(String name, @TempDir Path folder)
      throws IOException {
    var karlo = UnclipConfig.karlo();
    switch (name) {
      case "prior" -> PriorModel.writeConfig(folder, karlo.prior());
      case "decoder" -> DecoderFolders.writeBackboneConfig(folder, karlo.decoder());
      case "text_proj" -> DecoderFolders.writeProjectionConfig(folder, karlo.projection());
      default -> DecoderFolders.writeUpsamplerConfig(folder, karlo.upsampler());
    }
    var written = (ObjectNode) read(folder.resolve("config.json"));
    written.remove(List.of("_class_name", "_diffusers_version"));
    assertThat(written)
        .isEqualTo(read(Path.of("src/test/resources/keys/karlo-" + name + ".config.json")));
  }

  private static JsonNode read(Path file) throws IOException {
    return JSON.readTree(Files.readAllBytes(file));
  }

  /** So that diffusers, which opens the folder it wrote itself, opens ours. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "model_index.json",
        "prior/config.json",
        "decoder/config.json",
        "text_proj/config.json",
        "super_res_first/config.json",
        "super_res_last/config.json",
        "text_encoder/config.json",
        "image_encoder/config.json",
        "prior_scheduler/scheduler_config.json",
        "decoder_scheduler/scheduler_config.json",
        "super_res_scheduler/scheduler_config.json",
        "tokenizer/special_tokens_map.json"
      })
  void everyFileOfSettingsHasTheFieldsThatPythonWrites(String file) throws IOException {
    JsonNode ours = read(small.resolve(file));
    JsonNode theirs = read(PublishedFolder.shipped().resolve(file));
    assertThat(ours.fieldNames()).toIterable().containsAll(theirs::fieldNames);
    for (String field : List.of("_class_name", "architectures", "model_type", "variance_type")) {
      assertThat(ours.path(field)).as(field).isEqualTo(theirs.path(field));
    }
    if (file.equals("model_index.json") || file.endsWith("scheduler_config.json")) {
      assertThat(ours).isEqualTo(theirs);
    }
  }

  @Test
  void whatIsWrittenIsSoundAndStoredAsAsked() {
    var report = UnclipFolder.report(small);
    assertThat(report.allFailures()).isEmpty();
    for (ComponentReport component : report.components()) {
      assertThat(component.parameters().keySet())
          .as(component.name())
          .isSubsetOf(DType.BF16, DType.F32); // the prior's scale is kept in full
    }
    assertThat(report.parameterCount()).isBetween(10_000_000L, 40_000_000L);
  }

  @Test
  void theTwoUpsamplersDiffer() {
    try (var first = Checkpoint.open(small.resolve("super_res_first"));
        var last = Checkpoint.open(small.resolve("super_res_last"))) {
      assertThat(first.names()).isEqualTo(last.names());
      assertThat(first.read("conv_in.weight")).isNotEqualTo(last.read("conv_in.weight"));
    }
  }

  @Test
  void theSameSeedGivesTheSameWeights(@TempDir Path temporary) {
    Path again = temporary.resolve("again");
    new RandomPipeline(UnclipConfig.small()).write(again, DType.BF16, 3, component -> {});
    Path file = Path.of("decoder", "diffusion_pytorch_model.safetensors");
    assertThat(again.resolve(file)).hasSameBinaryContentAs(small.resolve(file));
  }

  @Test
  void whatIsWrittenDraws() {
    var settings = new SamplingSettings(new UnclipSampler(), 2, 2);
    try (var model =
        UnclipModel.load(small, Compute.of(Precision.BFLOAT16), Residency.ONE_AT_A_TIME)) {
      var stages = Drawing.stages(settings, settings, settings);
      var image =
          Drawing.of(model, ImageTask.of("a horse"), stages, PhiloxNoise.images(3, 1))
              .images()
              .get(0);
      assertThat(image.width()).isEqualTo(256);
    }
  }

  @Test
  void sixteenBitsAreComputedInSixteenWhereTheProcessorIsMadeForThem() {
    assertThat(UnclipModel.suited(small))
        .isEqualTo(Engines.areMadeFor(Precision.BFLOAT16) ? Precision.BFLOAT16 : Precision.FLOAT32);
  }

  @Test
  void whatIsStoredInFloat32IsComputedInIt() {
    Path folder = PublishedFolder.shipped();
    var suited = Compute.of(UnclipModel.suited(folder));
    try (var model = UnclipModel.load(folder, suited, Residency.ONE_AT_A_TIME)) {
      assertThat(model.precision()).isEqualTo(Precision.FLOAT32);
    }
  }

  @Test
  void aFolderWithSomethingInItIsLeftAlone() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new RandomPipeline(UnclipConfig.small()).write(small, DType.F32, 0, name -> {}))
        .withMessage("output: " + small + " (expected: an empty folder, or none)");
  }

  @ParameterizedTest
  @ValueSource(ints = {514, 515, 2000, 49_408})
  void aVocabularyOfAnySizeReadsEveryText(int size) {
    var vocabulary = EnumeratedVocabulary.ofSize(size);
    assertThat(vocabulary.size()).isEqualTo(size);
    var tokenizer =
        new ClipTokenizer(vocabulary, TokenizerConfig.karlo(), TextNormalization.HUGGING_FACE);
    assertThat(tokenizer.decode(tokenizer.ids("two réd frögs, 7!")))
        .isEqualTo(tokenizer.normalize("two réd frögs, 7!"));
  }
}
