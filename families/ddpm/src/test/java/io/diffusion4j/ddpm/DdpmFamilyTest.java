package io.diffusion4j.ddpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.inject.AbstractModule;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.decoder.classifier.ClassifierConfig;
import io.diffusion4j.decoder.classifier.ClassifierFolders;
import io.diffusion4j.decoder.classifier.ClassifierModel;
import io.diffusion4j.decoder.classifier.ClassifierNetwork;
import io.diffusion4j.decoder.classifier.Pool;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetLayout;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ReplacedPart;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of both layouts are opened, draw every task they offer, and refuse the others. */
class DdpmFamilyTest {
  private static final ImageTask ANYTHING = new ImageTask.Unconditional(OptionalInt.empty());
  private static final ImageTask CLASS_1 = new ImageTask.Unconditional(OptionalInt.of(1));
  private static final ImageTask CLASS_2 = new ImageTask.Unconditional(OptionalInt.of(2));
  private static final ImageTask CLASS_4 = new ImageTask.Unconditional(OptionalInt.of(4));

  @TempDir Path folder = Path.of("");

  private static Path published(String name) {
    return GoldenRoots.shipped().folders().get(2).resolve("ddpm").resolve(name);
  }

  private static void open(Path folder, Consumer<ImagePipeline> use) {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, OpenOptions.with(Residency.ALWAYS), plugins)) {
      use.accept(open.pipeline());
    }
  }

  private static List<Image> draw(ImagePipeline pipeline, ImageTask task, int images) {
    SamplingSettings few = pipeline.stages(task.kind()).get(0).defaults().withSteps(4);
    return draw(pipeline, task, few, images);
  }

  private static float[] draw(ImagePipeline pipeline, ImageTask task, SamplingSettings settings) {
    return draw(pipeline, task, settings, 1).get(0).pixels();
  }

  private static List<Image> draw(
      ImagePipeline pipeline, ImageTask task, SamplingSettings settings, int images) {
    return pipeline.draw(
        task,
        Map.of(DdpmPipeline.STAGE, settings),
        PhiloxNoise.images(7, images),
        SamplingListener.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cifar10", "celebahq", "butterflies"})
  void publishedLayoutsAreOpenedAndDraw(String name) {
    assertThat(OpenPipeline.inspect(published(name)).isSound()).isTrue();
    open(
        published(name),
        pipeline -> {
          assertThat(draw(pipeline, ANYTHING, 2)).hasSize(2).doesNotHaveDuplicates();
          assertThat(draw(pipeline, ANYTHING, 1).get(0).pixels())
              .isEqualTo(draw(pipeline, ANYTHING, 2).get(0).pixels());
        });
  }

  /** diffusers draws by the scheduler in the folder; only its DDIMPipeline makes one of its own. */
  @ParameterizedTest
  @CsvSource({
    "ddpm/butterflies, DDPMPipeline, DDPMScheduler, ddpm-small, 1000",
    "ddpm/butterflies, DDPMPipeline, DDIMScheduler, ddim-diffusers, 1000",
    "ddpm/butterflies, DDIMPipeline, DDPMScheduler, ddim-diffusers, 50",
    "ddpm/cifar10, DDIMPipeline, DDIMScheduler, ddim-diffusers, 50",
    "ddpm/cifar10, DDPMPipeline, DDPMScheduler, ddpm-large, 1000",
    "dit/pipeline, DiTPipeline, DDPMScheduler, ddpm-small, 50",
    "dit/pipeline, DiTPipeline, DDIMScheduler, ddim-diffusers, 50"
  })
  void theSchedulerDrawsByDefault(
      String model, String pipeline, String scheduler, String sampler, int steps)
      throws IOException {
    var settings = JsonNodeFactory.instance.objectNode().put("_class_name", scheduler);
    Path of = GoldenRoots.shipped().folders().get(2).resolve(model);
    open(
        ChangedFolder.of(of, folder, pipeline, settings.put("set_alpha_to_one", false)),
        opened -> {
          var stage = opened.card().stages().get(0);
          var choices = stage.denoising().orElseThrow().choices();
          assertThat(choices.defaultSampler()).isEqualTo(sampler);
          assertThat(choices.defaultSteps()).isEqualTo(steps);
          var plan = stage.plan(stage.defaults().withSteps(4)).steps();
          boolean isDdim = sampler.startsWith("ddim");
          assertThat(plan.get(3).update().eps() > 0)
              .as("DDIM ends at the first timestep, and DDPM at the clean sample")
              .isEqualTo(isDdim);
          var trailing = stage.defaults().withSteps(4).withSpacing(TimestepSpacings.TRAILING);
          assertThat(stage.plan(trailing).steps().get(3).update().noise().isNone())
              .as("the last step of DDPM has noise above timestep 0")
              .isEqualTo(isDdim);
        });
  }

  @Test
  void whatIsKnownOfAnImageIsKept() {
    open(
        published("cifar10"),
        pipeline -> {
          int side = pipeline.card().images().width();
          Image grey = flat(side, 0.25f);
          Image half = flat(side, -1);
          Arrays.fill(half.pixels(), 0, half.pixels().length / 2, 1);
          var inpaint = new ImageTask.Inpaint(grey, half, ImageTask.Words.NONE, Resampling.NONE);
          float[] drawn = draw(pipeline, inpaint, 1).get(0).pixels();
          assertThat(drawn[drawn.length - 1]).isEqualTo(0.25f);
          assertThat(drawn[0]).isNotEqualTo(0.25f);

          var kept = new ImageTask.ImageToImage(grey, 0, ImageTask.Words.NONE);
          assertThat(draw(pipeline, kept, 1).get(0).pixels()).isEqualTo(grey.pixels());
          var large = new ImageTask.ImageToImage(flat(2 * side, 0.25f), 0, ImageTask.Words.NONE);
          assertThat(draw(pipeline, large, 1).get(0).pixels()).isEqualTo(grey.pixels());
          var on = new ImageTask.ImageToImage(grey, 0.5, ImageTask.Words.NONE);
          assertThat(pipeline.steps(on, Map.of())).containsEntry(DdpmPipeline.STAGE, 500);
          assertThat(draw(pipeline, on, 1).get(0).pixels()).isNotEqualTo(grey.pixels());
        });
  }

  @Test
  void anInterpolationEndsAtBothImages() {
    open(
        published("butterflies"),
        pipeline -> {
          var images = draw(pipeline, ANYTHING, 2);
          Image first = images.get(0);
          Image second = images.get(1);
          float[] alone = between(pipeline, first, first, 0.5);
          assertThat(between(pipeline, first, second, 0)).isEqualTo(alone);
          assertThat(between(pipeline, second, first, 1)).isEqualTo(alone);
          assertThat(between(pipeline, first, second, 0.5)).isNotEqualTo(alone);
          var task = new ImageTask.Interpolation(first, second, 0.5);
          assertThat(pipeline.steps(task, Map.of())).containsEntry(DdpmPipeline.STAGE, 2000);
        });
  }

  /** By DDIM, in which there is no chance. */
  private static float[] between(ImagePipeline pipeline, Image first, Image second, double ratio) {
    var choices = pipeline.card().stages().get(0).denoising().orElseThrow().choices();
    var settings = new SamplingSettings(choices.samplers().named("ddim-diffusers"), 5, 1);
    return pipeline
        .draw(
            new ImageTask.Interpolation(first, second, ratio),
            Map.of(DdpmPipeline.STAGE, settings),
            PhiloxNoise.images(1, 1),
            SamplingListener.NONE)
        .get(0)
        .pixels();
  }

  @Test
  void wordsAreRefused() {
    open(
        published("cifar10"),
        pipeline -> {
          assertThatThrownBy(() -> draw(pipeline, ImageTask.of("a cat"), 1))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage(
                  "task: text_to_image (expected: one of interpolation, inpaint, image_to_image,"
                      + " unconditional; the model reads no words)");
          assertThatThrownBy(
                  () -> draw(pipeline, new ImageTask.Unconditional(OptionalInt.of(1)), 1))
              .hasMessage("label: 1 (expected: none; the model knows no classes)");
        });
  }

  @Test
  void aWrittenFolderIsReadAsItWasWritten() {
    var network =
        PixelFolders.read(published("butterflies").resolve("unet"))
            .withLabels(Labels.table(3, false));
    var own = written(network);
    assertThat(own.scheduler()).isEqualTo(SchedulerConfig.ddpm());
    open(
        folder,
        pipeline -> {
          assertThat(draw(pipeline, CLASS_1, 1)).isNotEqualTo(draw(pipeline, CLASS_2, 1));
          assertThatThrownBy(() -> draw(pipeline, ANYTHING, 1))
              .hasMessage("label: none (expected: a class in [0, 3))");
          assertThat(pipeline.card().taskNames()).containsExactly("unconditional");
        });
  }

  /** A network that also knows what is of no class is guided, and draws and edits without one. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void classesWithANullAreGuided(boolean isDit) {
    PixelBackbone network =
        isDit
            ? new PixelDit(DitConfig.of(8, 2, 2, 24, 2), 3)
            : PixelFolders.read(published("butterflies").resolve("unet"))
                .withLabels(Labels.table(3, true));
    var own = written(network);
    assertThat(own.network().getFileName().toString()).isEqualTo(isDit ? "transformer" : "unet");
    assertThat(OpenPipeline.inspect(folder).isSound()).isTrue();
    open(
        folder,
        pipeline -> {
          var offered = pipeline.card().stages().get(0);
          var plain = offered.defaults().withSteps(3).withGuidanceScale(GuidanceScale.constant(1));
          var guided = plain.withGuidanceScale(GuidanceScale.constant(5));
          assertThat(offered.scale().isOffered()).isTrue();
          assertThat(draw(pipeline, CLASS_1, plain)).isNotEqualTo(draw(pipeline, CLASS_2, plain));
          assertThat(draw(pipeline, CLASS_1, plain)).isNotEqualTo(draw(pipeline, CLASS_1, guided));
          assertThat(draw(pipeline, ANYTHING, plain)).isEqualTo(draw(pipeline, ANYTHING, guided));
          assertThatThrownBy(() -> draw(pipeline, CLASS_4, plain))
              .hasMessage("label: 4 (expected: a class in [0, 3))");
          assertThat(pipeline.card().taskNames()).contains("unconditional", "inpaint");
        });
  }

  @Test
  void anUnconditionalDitDraws() {
    written(new PixelDit(DitConfig.of(8, 2, 2, 24, 2).withOutChannels(6), 0));
    open(
        folder,
        pipeline -> {
          assertThat(draw(pipeline, ANYTHING, 2)).hasSize(2).doesNotHaveDuplicates();
          assertThatThrownBy(() -> draw(pipeline, CLASS_1, 1))
              .hasMessage("label: 1 (expected: none; the model knows no classes)");
          assertThat(pipeline.card().stages().get(0).scale().isOffered()).isFalse();
        });
  }

  @Test
  void aNetworkOfLatentsIsRefusedBeforeItsWeightsAreRead() {
    Path latents = published("../dit/pipeline/transformer").normalize();
    assertThat(OpenPipeline.inspect(latents).isSound()).isTrue();
    assertThatThrownBy(() -> open(latents, pipeline -> {}))
        .hasMessage("in_channels: 4 (expected: 3, or 1 for grey images)");
  }

  /** With random weights everywhere, so that what training starts at 0 is seen. */
  private DdpmFolder written(PixelBackbone network) {
    var weights = new TensorMap();
    var random = new SplittableRandom(1);
    for (var parameter : Manifest.of(network).parameters().values()) {
      float[] values = Init.normal(0.2).values(parameter.shape(), random);
      weights.put(parameter.key(), parameter.shape(), values);
    }
    var own = new DdpmFolder(folder);
    own.write(network, SchedulerConfig.ddpm(), List.of(), weights, Map.of());
    assertThat(PixelFolders.read(own.network())).isEqualTo(network);
    return own;
  }

  @Test
  void anUnknownBlockIsNamed() throws Exception {
    Path source = published("cifar10").resolve("config.json");
    Files.writeString(
        folder.resolve("config.json"),
        Files.readString(source).replaceFirst("\"DownBlock2D\"", "\"SkipDownBlock2D\""));
    assertThatThrownBy(() -> PixelFolders.read(folder))
        .hasMessageContaining(
            "down_block_types: SkipDownBlock2D (expected: DownBlock2D or AttnDownBlock2D)");
  }

  private static Image flat(int side, float value) {
    float[] pixels = new float[side * side * 3];
    Arrays.fill(pixels, value);
    return new Image(side, side, pixels);
  }

  /** The published folder with a classifier of random weights in it. */
  private Path guided() throws IOException {
    try (var files = Files.list(published("cifar10"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    int side = PixelFolders.read(folder).width();
    var unet =
        UnetConfig.openAi(
            UnetLayout.OPENAI_BY_KIND,
            side,
            3,
            ConcatConditioning.NOTHING,
            3,
            8,
            List.of(1.0, 2.0),
            List.of(2),
            1,
            LevelChange.RESIDUAL_BLOCK,
            TimeConditioning.SCALE_SHIFT,
            Heads.ofWidth(8),
            0,
            0,
            4);
    var config = new ClassifierConfig(unet, 3, Pool.ATTENTION);
    Path place = Files.createDirectory(folder.resolve(DdpmFamily.CLASSIFIER));
    var weights = RandomWeights.of(new ClassifierNetwork(config), 3);
    ClassifierFolders.write(place, config, List.of("a", "b", "c"), weights, Map.of());
    return folder;
  }

  @Test
  void aClassifierInTheFolderGuidesToItsClass() throws IOException {
    Path own = guided();
    try (var classifier =
        ClassifierModel.load(own.resolve(DdpmFamily.CLASSIFIER), Compute.of(Precision.FLOAT32))) {
      open(
          own,
          pipeline -> {
            var stage = pipeline.card().stages().get(0);
            assertThat(stage.guides()).containsOnlyKeys("classifier");
            for (int label = 0; label < 3; label++) {
              var task = new ImageTask.Unconditional(OptionalInt.of(label));
              double guided = logP(classifier, label, picture(pipeline, task, guidance(200)));
              var plain = picture(pipeline, ANYTHING, stage.defaults().withSteps(20));
              assertThat(guided).isGreaterThan(logP(classifier, label, plain));
            }
            var none = picture(pipeline, ANYTHING, stage.defaults().withSteps(20));
            var zero = new ImageTask.Unconditional(OptionalInt.of(1));
            assertThat(picture(pipeline, zero, guidance(0)).pixels()).isEqualTo(none.pixels());
          });
    }
  }

  private static Image picture(ImagePipeline pipeline, ImageTask task, SamplingSettings settings) {
    pipeline.check(task, DdpmPipeline.STAGE, settings);
    var all = Map.of(DdpmPipeline.STAGE, settings);
    return pipeline.draw(task, all, PhiloxNoise.images(7, 1), SamplingListener.NONE).get(0);
  }

  private static SamplingSettings guidance(double scale) {
    return new SamplingSettings(Samplers.standard().named("ddpm-large"), 20, scale)
        .withGuide("classifier", GuidanceScale.constant(scale));
  }

  /** log p of a class. */
  private static double logP(ClassifierModel classifier, int label, Image image) {
    return classifier.judge(List.of(new Query<>(image.pixels(), 0, label))).get(0).logProbability();
  }

  @Test
  void guidanceIsRefusedWithoutAClassifierOrAClassOfIt() throws IOException {
    open(
        published("cifar10"),
        pipeline ->
            assertThatThrownBy(() -> picture(pipeline, ANYTHING, guidance(1)))
                .hasMessage(
                    "guidance: classifier (expected: none; the model has no guide for decoder)"));
    open(
        guided(),
        pipeline -> {
          assertThatThrownBy(() -> picture(pipeline, ANYTHING, guidance(1)))
              .hasMessage("label: none (expected: a class in [0, 3))");
          var fourth = new ImageTask.Unconditional(OptionalInt.of(3));
          assertThatThrownBy(() -> picture(pipeline, fourth, guidance(1)))
              .hasMessage("label: 3 (expected: a class in [0, 3))");
          var first = new ImageTask.Unconditional(OptionalInt.of(0));
          assertThatThrownBy(() -> picture(pipeline, first, guidance(1001)))
              .hasMessageStartingWith("guidanceScale: 1001.0 (expected: 0 to 1000");
        });
  }

  @Test
  void aClassifierOfAnotherSizeIsRefused() throws IOException {
    Path other = guided().resolve(DdpmFamily.CLASSIFIER);
    var how = OpenOptions.with(Residency.ALWAYS).withGuides(Map.of("classifier", other));
    assertThatThrownBy(
            () -> OpenPipeline.of(published("celebahq"), how, Plugins.of(List.of())).close())
        .hasMessageStartingWith("classifier: images of ");
  }

  /** Draws one colour in place of the network. */
  public static final class GreyModule extends AbstractModule {
    @Override
    protected void configure() {
      ImageDecoder grey =
          (draws, settings, listener) -> draws.stream().map(draw -> flat(8, 0.5f)).toList();
      bind(ImageDecoder.class).toInstance(grey);
    }
  }

  /** Draws by default with DDIM in place of the scheduler's sampler. */
  public static final class DdimModule extends AbstractModule {
    @Override
    protected void configure() {
      bind(Sampler.class).toInstance(new DdimSampler(0));
    }
  }

  @Test
  void pluginsReplaceTheNetworkAndTheDefaultSampler() {
    try (var plugins = Plugins.of(new GreyModule());
        var open =
            OpenPipeline.of(published("cifar10"), OpenOptions.with(Residency.ALWAYS), plugins)) {
      var pipeline = open.pipeline();
      assertThat(pipeline.card().taskNames()).containsExactly("unconditional");
      assertThat(pipeline.card().identity().replaced())
          .extracting(ReplacedPart::kind)
          .containsExactly("image_decoder");
      assertThat(pipeline.draw(ANYTHING, Map.of(), PhiloxNoise.images(7, 2), SamplingListener.NONE))
          .allSatisfy(image -> assertThat(image.pixels()).containsOnly(0.5f));
      assertThatThrownBy(() -> draw(pipeline, CLASS_1, 1)).hasMessageStartingWith("label: ");
    }
    try (var plugins = Plugins.of(new DdimModule());
        var open =
            OpenPipeline.of(published("cifar10"), OpenOptions.with(Residency.ALWAYS), plugins)) {
      var choices = open.pipeline().card().stages().get(0).denoising().orElseThrow().choices();
      assertThat(choices.defaultSampler()).isEqualTo("plugin");
    }
  }
}
