package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.diffusion.denoiser.NonFinitePredictionException;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ImageTask.Words;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageSetting.Values;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a folder or a request is said in one line, before anything slow. */
class StableDiffusionFolderTest {
  private static final OpenOptions HOW = OpenOptions.with(Residency.ALWAYS);

  @TempDir Path parent = Path.of("");
  private Path folder = Path.of("");

  @BeforeEach
  void writeSmall() {
    folder = parent.resolve("small");
    new RandomStableDiffusion(StableDiffusionConfig.small())
        .write(folder, DType.BF16, 7, component -> {});
  }

  @Test
  void otherFamiliesAreRefusedByName() throws IOException {
    Path index = folder.resolve("model_index.json");
    String own = Files.readString(index);
    for (var other :
        Stream.of(
                "StableDiffusionXLPipeline, of Stable Diffusion XL",
                "StableDiffusion3Pipeline, of Stable Diffusion 3",
                "FluxPipeline, of FLUX")
            .toList()) {
      String name = other.substring(0, other.indexOf(','));
      Files.writeString(index, own.replace("StableDiffusionPipeline", name));
      assertThatThrownBy(() -> open())
          .hasMessageContaining("_class_name: " + other + " (expected: Stable Diffusion 1.x or 2.x")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void aMissingTextEncoderIsNamed() throws IOException {
    delete(folder.resolve("text_encoder"));
    assertThatThrownBy(() -> open()).hasMessageContaining("text_encoder: no such folder");
  }

  @Test
  void anAutoencoderOfOtherLatentsIsNamed() throws IOException {
    change("vae/config.json", "\"latent_channels\": 4", "\"latent_channels\": 16");
    assertThatThrownBy(() -> open()).hasMessageContaining("vae");
  }

  @Test
  void aTextTowerOfAnotherWidthIsNamed() throws IOException {
    var other = StableDiffusionConfig.small();
    delete(folder);
    var wide =
        new StableDiffusionConfig(
            new ClipTextNetwork(new Transformer(32, 64, 1, 2, Activation.GELU, 1e-5), 1024, 77, 0),
            other.unet(),
            other.vae(),
            other.scheduler());
    new RandomStableDiffusion(wide).write(folder, DType.BF16, 7, component -> {});
    assertThatThrownBy(() -> open())
        .hasMessageContaining(
            "text_encoder: hidden_size: 32 (expected: the U-Net's cross_attention_dim 64)");
  }

  @Test
  void weightsOfEightBitsAreRefused() {
    Path unet = folder.resolve("unet");
    var bytes = new SafetensorsWriter();
    try (var weights = Checkpoint.open(unet, Checkpoint.DIFFUSERS)) {
      for (String name : weights.names()) {
        int size = (int) weights.info(name).size();
        bytes.longs(name, DType.I8, weights.shape(name), () -> new long[size]);
      }
    }
    bytes.write(unet.resolve("diffusion_pytorch_model.safetensors"));
    assertThatThrownBy(() -> open())
        .hasMessageContaining(
            " such as shape of time_embedding.linear_1.weight: [128, 32] of I8 (expected: of float")
        .hasMessageNotContaining("\n");
  }

  @Test
  void theWeightsOfAnotherComponentAreRefusedInOneLine() throws IOException {
    String weights = "diffusion_pytorch_model.safetensors";
    Files.copy(
        folder.resolve("unet").resolve(weights),
        folder.resolve("vae").resolve(weights),
        StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> open())
        .hasMessageStartingWith(folder.resolve("vae").toString())
        .hasMessageContaining(
            "tensors do not fit the network, such as missing: encoder.conv_in.weight")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource({"vae, unet", "unet, vae"})
  void theSettingsOfAnotherComponentAreRefused(String given, String in) throws IOException {
    Files.copy(
        folder.resolve(given).resolve("config.json"),
        folder.resolve(in).resolve("config.json"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> open())
        .hasMessageContaining(in + "/config.json: _class_name: ")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"decoder", "encoder"})
  void aHalfOfTheAutoencoderThatAnswersNoNumbersIsNamed(String half) {
    Path vae = folder.resolve("vae");
    var broken = new SafetensorsWriter();
    try (var weights = Checkpoint.open(vae, Checkpoint.DIFFUSERS)) {
      for (String name : weights.names()) {
        float[] values = weights.read(name);
        if (name.equals(half + ".conv_in.bias")) {
          Arrays.fill(values, Float.NaN);
        }
        broken.floats(name, DType.F32, weights.shape(name), () -> values);
      }
    }
    broken.write(vae.resolve("diffusion_pytorch_model.safetensors"));
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, HOW, plugins)) {
      var pipeline = open.pipeline();
      var stage = pipeline.card().stages().get(0);
      var oneStep = Map.of(stage.name(), stage.defaults().withSteps(1));
      Image grey = new Image(64, 64, new float[64 * 64 * 3]);
      var task = new ImageTask.ImageToImage(grey, 1, Words.NONE);
      assertThatThrownBy(
              () -> pipeline.draw(task, oneStep, PhiloxNoise.images(7, 1), progress -> {}))
          .isInstanceOf(NonFinitePredictionException.class)
          .hasMessage(
              "vae: NaN in the %s's output (expected: numbers; doctor examines the weights)", half);
    }
  }

  @Test
  void aSettingOfAnotherNetworkIsNamed() throws IOException {
    change(
        "unet/config.json",
        "\"addition_embed_type\": null",
        "\"addition_embed_type\": \"text_time\"");
    assertThatThrownBy(() -> open()).hasMessageContaining("addition_embed_type: \"text_time\"");
  }

  @Test
  void aSizeThatTheFactorDoesNotDivideIsRefused() {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, HOW, plugins)) {
      var pipeline = open.pipeline();
      var defaults = pipeline.card().stages().get(0).defaults();
      var task = ImageTask.of("a cat");
      pipeline.check(task, "decoder", defaults.withSize(new Pixels(64, 72)));
      assertThatThrownBy(
              () -> pipeline.check(task, "decoder", defaults.withSize(new Pixels(64, 68))))
          .hasMessage("size: 64×68 (expected: multiples of 8 pixels)");
    }
  }

  @Test
  void aSettingThatATaskDoesNotReadIsRefused() {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, HOW, plugins)) {
      var pipeline = open.pipeline();
      var stage = pipeline.card().stages().get(0);
      var weak = asked(stage, Map.of("strength", 0.01));
      assertThatThrownBy(() -> pipeline.check(ImageTask.of("a cat"), "decoder", weak))
          .hasMessage("strength: 0.01 (expected: unset; only inpainting has this setting)");
      Image grey = new Image(64, 64, new float[64 * 64 * 3]);
      var inpaint = new ImageTask.Inpaint(grey, grey, Words.NONE, Resampling.NONE);
      assertThatThrownBy(() -> pipeline.check(inpaint, "decoder", weak))
          .hasMessage("strength: 0.01 (expected: at least one of the 50 steps)");
      pipeline.check(inpaint, "decoder", asked(stage, Map.of("strength", 0.5, "clip_skip", 1)));

      var given = new Values(Map.of("clip_skip", 2, "noise_level", 0, "strength", 0.0));
      assertThat(
              stage.settings().stream()
                  .flatMap(row -> row.fault(stage, given).map(row.name()::concat).stream()))
          .containsExactlyInAnyOrder(
              "clip_skip0 to 1",
              "noise_levelunset; this stage reads no noised embedding",
              "strength> 0 and ≤ 1");
    }
  }

  private static SamplingSettings asked(Stage stage, Map<String, Object> values) {
    return new Values(values).settings(stage);
  }

  @Test
  void aPromptOfTenThousandWordsIsCutAtTheLengthOfTheTower() {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, HOW, plugins)) {
      String text = "cat ".repeat(10_000);
      assertThat(open.pipeline().texts().truncation(text)).isPresent();
    }
  }

  @Test
  void aLoraOfAnotherNetworkIsRefusedByName() {
    Path file = parent.resolve("other.safetensors");
    var tensors = new TensorMap();
    tensors.put("unet.other.to_q.lora_A.weight", new long[] {1, 64}, () -> new float[64]);
    tensors.put("unet.other.to_q.lora_B.weight", new long[] {64, 1}, () -> new float[64]);
    new SafetensorsWriter().copyAll(tensors, Optional.empty()).write(file);
    var how = HOW.withLoras(List.of(new LoraChoice("other", file, 1)));
    assertThatThrownBy(() -> OpenPipeline.of(folder, how, Plugins.of(List.of())))
        .hasMessageContaining("other");
  }

  @Test
  void aSafetyCheckerIsNotRead() throws IOException {
    change(
        "model_index.json",
        "\"unet\":",
        "\"safety_checker\": [\"stable_diffusion\", \"StableDiffusionSafetyChecker\"], \"unet\":");
    open();
    assertThat(folder.resolve("safety_checker")).doesNotExist();
  }

  @Test
  void oldFilesDoNotNameTheSize() throws IOException {
    assertThat(ConditionalUnet.read(folder.resolve("unet")).sampleSize()).isEqualTo(8);
    Path config = folder.resolve("unet/config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceAll(
                "\"_diffusers_version\"\\s*:\\s*\"[^\"]*\"", "\"_diffusers_version\": \"0.6.0\""));
    assertThat(ConditionalUnet.read(folder.resolve("unet")).sampleSize()).isEqualTo(64);
  }

  /** A network that its newest version has saved has every argument of the constructor. */
  @Test
  void argumentsWithoutEffectAreNotUnknown() throws IOException {
    var unet = ConditionalUnet.read(folder.resolve("unet"));
    change("unet/config.json", "{", "{\"addition_embed_type_num_heads\": 64,");
    assertThat(ConditionalUnet.read(folder.resolve("unet"))).isEqualTo(unet);
  }

  @Test
  void theAutoencoderOfXlIsRefused() throws IOException {
    Path config = folder.resolve("vae/config.json");
    Files.writeString(
        config,
        Files.readString(config).replaceAll("(?<=\"scaling_factor\"\\s?:\\s?)[0-9.]+", "0.13025"));
    assertThatThrownBy(this::open)
        .hasMessageContaining("scaling_factor: 0.13025 (expected: that of Stable Diffusion 1.x");
  }

  /** What is not strong enough for a step leaves the image, also with all steps of a list. */
  @Test
  void aConsistencyModelKeepsAnImageAtStrength0() {
    var scheduler = StableDiffusionFolder.NOISE.readIn(folder).withKind(SchedulerConfig.Kind.LCM);
    var image = new Image(8, 8, new float[8 * 8 * 3]);
    assertThat(new Canvas.Noised(image, 0).steps(scheduler, 4)).isZero();
    assertThat(new Canvas.Noised(image, 0.1).steps(scheduler, 4)).isEqualTo(4);
    var asked =
        new SamplingSettings(new DdimSampler(0), 4, 1.0).withSpacing(TimestepSpacings.LEADING);
    assertThatThrownBy(() -> new Canvas.Noised(image, 0.5).settings(scheduler, asked))
        .hasMessage(
            "schedule: given (expected: the default of LCMScheduler with an image to start from)");
  }

  /** Each text tower that is opened and closed leaves no file open. */
  @Test
  void closedWeightsLeaveNoFileOpen() {
    var weights = StableDiffusionFolder.textWeights(folder);
    String name = weights.names().iterator().next();
    weights.read(name);
    weights.close();
    assertThatThrownBy(() -> weights.read(name)).isInstanceOf(IllegalStateException.class);
  }

  private void open() {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, HOW, plugins)) {
      assertThat(open.pipeline().card().stages()).isNotEmpty();
    }
  }

  private void change(String file, String from, String to) throws IOException {
    Path path = folder.resolve(file);
    String text = Files.readString(path).replaceAll("\"\\s*:\\s*", "\": ");
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
