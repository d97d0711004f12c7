package io.diffusion4j.kandinsky;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ImageTask.Words;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders open, by whatever prior, and what cannot be is refused in one line. */
class KandinskyFamilyTest {
  private static final ImageTask APPLE = ImageTask.of("a red apple");

  private static Path shipped(String path) {
    return GoldenRoots.shipped().find(path);
  }

  private static Path folder(String name) {
    return shipped("kandinsky/" + name + "/model_index.json").resolveSibling("");
  }

  private static OpenPipeline open(Path folder, OpenOptions how) {
    return OpenPipeline.of(folder, how, Plugins.of(List.of()));
  }

  private static Map<String, SamplingSettings> few(ImagePipeline pipeline, Pixels size) {
    var decoder = pipeline.card().stage("decoder").orElseThrow();
    return Map.of("decoder", decoder.defaults().withSteps(2).withSize(size));
  }

  private static List<Image> draw(ImagePipeline pipeline, ImageTask task, Pixels size) {
    return pipeline.draw(
        task, few(pipeline, size), PhiloxNoise.images(7, 1), SamplingListener.NONE);
  }

  @Test
  void networksThatComeAndGoDrawTheSamePicture() {
    var size = new Pixels(24, 16);
    List<Image> drawn = new ArrayList<>();
    for (Residency residency : Residency.values()) {
      try (var open = open(folder("decoder"), OpenOptions.with(residency))) {
        drawn.addAll(draw(open.pipeline(), APPLE, size));
      }
    }
    assertThat(drawn.get(0).width()).isEqualTo(24);
    assertThat(drawn.get(0).height()).isEqualTo(16);
    assertThat(drawn.get(1).pixels()).containsExactly(drawn.get(0).pixels());
  }

  /** A call of the network may have rows of several sizes. */
  @Test
  void rowsOfOtherSizesDoNotChangeAnAnswer() {
    Path decoder = folder("decoder");
    var place = PriorPlace.of(decoder, OpenOptions.with(Residency.ALWAYS));
    try (var model =
        KandinskyModel.load(
            decoder, place, Compute.of(Precision.FLOAT32), Residency.ALWAYS, List.of())) {
      model.decode(
          with -> {
            var network = with.model();
            List<Query<LatentCondition>> queries = new ArrayList<>();
            for (Pixels size : List.of(new Pixels(8, 8), new Pixels(8, 16), new Pixels(16, 8))) {
              var condition = network.conditions(List.of(model.nothing()), size).get(0);
              float[] noise =
                  new PhiloxNoise(1, 0).gaussian("x", 0, 4 * size.width() * size.height());
              queries.add(new Query<>(noise, 500, condition));
            }
            var together = with.network().predict(queries);
            for (int i = 0; i < queries.size(); i++) {
              var alone = network.denoiser().predict(List.of(queries.get(i))).get(0);
              assertClose(together.get(i).output(), alone.output(), 1e-6);
            }
            return together;
          });
    }
  }

  @Test
  void previewsHaveColoursAndTheSizeOfTheLatents() {
    try (var open = open(folder("decoder"), OpenOptions.with(Residency.ALWAYS))) {
      var pipeline = open.pipeline();
      List<SamplingListener.Progress> seen = new ArrayList<>();
      pipeline.draw(
          APPLE,
          few(pipeline, new Pixels(24, 16)),
          PhiloxNoise.images(7, 1),
          at -> {
            if (at.stage().equals("decoder") && at.step() == 1) {
              seen.add(at);
            }
          });
      assertThat(seen).hasSize(1);
      assertThat(seen.get(0).size()).isEqualTo(new Pixels(12, 8));
      assertThat(seen.get(0).x0().get(0)).hasSize(12 * 8 * 3);
    }
  }

  /** A decoder without a prior of its own, with a link for each of its files. */
  private static Path alone(Path temporary) throws IOException {
    Path alone = Files.createDirectory(temporary.resolve("decoder"));
    for (String file : List.of("README.md", "model_index.json", "unet", "movq", "scheduler")) {
      Files.createSymbolicLink(alone.resolve(file), folder("decoder").resolve(file));
    }
    return alone;
  }

  private static Path eclipse() {
    return shipped("eclipse/kandinsky/config.json").resolveSibling("");
  }

  @Test
  void aGivenPriorNeedsNoOther(@TempDir Path temporary) throws IOException {
    var how = OpenOptions.with(Residency.ONE_AT_A_TIME).withPrior(folder("prior").toString());
    try (var open = open(alone(temporary), how)) {
      assertThat(open.pipeline().card().stage("prior")).isPresent();
    }
  }

  /** A LoRA of a prior fits the model that is opened with this prior, and with no other. */
  @ParameterizedTest
  @CsvSource({"diffusion, 24", "eclipse, 20"})
  void aLoraFitsTheModelWithItsPrior(String own, int width, @TempDir Path temporary) {
    var layer = new TensorMap(Path.of("lora"), Map.of());
    String name = "prior.transformer_blocks.0.attn1.to_q.lora_";
    layer.put(name + "A.weight", new long[] {1, width}, new float[width]);
    layer.put(name + "B.weight", new long[] {width, 1}, new float[width]);
    Path file = temporary.resolve("lora.safetensors");
    new SafetensorsWriter().copyAll(layer, Optional.empty()).write(file);
    for (String prior : List.of("diffusion", "eclipse")) {
      var how =
          OpenOptions.with(Residency.ONE_AT_A_TIME)
              .withPrior(prior.equals("eclipse") ? eclipse().toString() : prior)
              .withLoras(List.of(new LoraChoice("update", file, 1)));
      if (prior.equals(own)) {
        open(folder("decoder"), how).close();
      } else {
        assertThatThrownBy(() -> open(folder("decoder"), how))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("1 of 1 layers that no network has in this shape");
      }
    }
  }

  /** A task of each kind, with the same words where a kind has some. */
  private static List<ImageTask> tasks(Words words) {
    var image = new Image(16, 16, new float[16 * 16 * 3]);
    float[] mask = new float[16 * 16 * 3];
    Arrays.fill(mask, 0, 300, 1);
    var text = new ImageTask.TextToImage(List.of(words));
    List<ImageTask> tasks =
        new ArrayList<>(
            List.of(
                text,
                new ImageTask.Hinted(text, image),
                new ImageTask.Variation(image, words, 0),
                new ImageTask.Inpaint(image, new Image(16, 16, mask), words, Resampling.NONE),
                new ImageTask.ImageToImage(image, 0.6, words),
                new ImageTask.FromEmbedding(List.of(new float[32]), words),
                new ImageTask.Interpolation(image, image, 0.5),
                new ImageTask.Mix(
                    List.of(new ImageTask.Ingredient.Picture(image, 1)), words.negative())));
    if (!words.isEmpty()) {
      tasks.add(new ImageTask.TowardText(image, 0.9, words));
    }
    return tasks;
  }

  /** Whatever prior draws, a model draws the words of offered tasks, and refuses other tasks. */
  @ParameterizedTest
  @ValueSource(strings = {"diffusion", "eclipse"})
  void offeredTasksAreDrawn(String prior) {
    var how =
        OpenOptions.with(Residency.ALWAYS)
            .withPrior(prior.equals("eclipse") ? eclipse().toString() : prior);
    for (String name : List.of("decoder", "inpaint")) {
      try (var open = open(folder(name), how)) {
        var pipeline = open.pipeline();
        var size = new Pixels(16, 16);
        var others = tasks(new Words("a blue pear", ""));
        for (ImageTask asked : tasks(new Words("a red apple", ""))) {
          var task = withoutUnreadWords(asked);
          if (!pipeline.card().tasks().contains(task.kind())) {
            assertThatThrownBy(() -> pipeline.steps(task, Map.of()))
                .as("%s", task.kind())
                .hasMessageStartingWith("task: " + task.kind().label());
            continue;
          }
          float[] drawn = draw(pipeline, task, size).get(0).pixels();
          if (!task.words().isEmpty()) {
            var other = others.stream().filter(it -> it.kind() == task.kind()).findFirst();
            assertThat(draw(pipeline, other.orElseThrow(), size).get(0).pixels())
                .as("%s", task.kind())
                .isNotEqualTo(drawn);
          }
        }
      }
    }
  }

  private static ImageTask withoutUnreadWords(ImageTask task) {
    if (task instanceof ImageTask.Variation variation) {
      return new ImageTask.Variation(variation.image(), Words.NONE, 0);
    }
    return task instanceof ImageTask.FromEmbedding given
        ? new ImageTask.FromEmbedding(given.imageEmbeddings(), Words.NONE)
        : task;
  }

  /** Negative words change the picture, or are refused. */
  @ParameterizedTest
  @ValueSource(strings = {"decoder", "inpaint"})
  void negativeWordsAloneAreNotDropped(String name) {
    try (var open = open(folder(name), OpenOptions.with(Residency.ALWAYS))) {
      var pipeline = open.pipeline();
      var size = new Pixels(16, 16);
      var without = tasks(Words.NONE);
      var with = tasks(new Words("", "a blue pear"));
      for (int i = 0; i < without.size(); i++) {
        var task = with.get(i);
        boolean hasWords =
            !task.equals(without.get(i)) && !(task instanceof ImageTask.Interpolation);
        if (!hasWords || !pipeline.card().tasks().contains(task.kind())) {
          continue;
        }
        try {
          pipeline.steps(task, Map.of());
        } catch (IllegalArgumentException e) {
          assertThat(e).hasMessageContaining("not a blue pear (expected: none; ");
          continue;
        }
        assertThat(draw(pipeline, task, size).get(0).pixels())
            .as("%s", task.kind())
            .isNotEqualTo(draw(pipeline, without.get(i), size).get(0).pixels());
      }
    }
  }

  @Test
  void aPriorOfOnePassDrawsInPlaceOfTheDiffusionPrior(@TempDir Path temporary) throws IOException {
    var how = OpenOptions.with(Residency.ALWAYS).withPrior(eclipse().toString());
    try (var open = open(folder("decoder"), how)) {
      var pipeline = open.pipeline();
      var steps = pipeline.steps(APPLE, Map.of());
      assertThat(steps).containsEntry("prior", 1);
      assertThat(draw(pipeline, APPLE, new Pixels(16, 16))).hasSize(1);
    }
    assertThatThrownBy(
            () ->
                open(
                    folder("decoder"),
                    OpenOptions.with(Residency.ALWAYS)
                        .withPrior(
                            shipped("eclipse/karlo/config.json").resolveSibling("").toString())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "prior: embeddings of 40 values (expected: 32, which the decoder was trained with)");
    Path alone = alone(temporary);
    assertThatThrownBy(() -> open(alone, OpenOptions.with(Residency.ALWAYS)))
        .hasMessage(
            "prior: kandinsky-community/kandinsky-2-2-prior (expected: on this disk; download it"
                + " by `diffusion4j pull kandinsky-community/kandinsky-2-2-prior`, or pass the"
                + " folder of a prior)");
  }

  @Test
  void whatAModelCannotDoIsRefusedWithWhatItNeeds() {
    try (var open = open(folder("inpaint"), OpenOptions.with(Residency.ONE_AT_A_TIME))) {
      assertThatThrownBy(() -> open.pipeline().steps(APPLE, Map.of()))
          .hasMessage(
              "task: text_to_image (expected: inpaint; the model needs a picture and a mask)");
    }
    try (var open = open(folder("controlnet"), OpenOptions.with(Residency.ONE_AT_A_TIME))) {
      var pipeline = open.pipeline();
      var hint = new Image(24, 16, new float[24 * 16 * 3]);
      var settings = pipeline.card().stage("decoder").orElseThrow().defaults();
      assertThatThrownBy(
              () -> pipeline.check(new ImageTask.Hinted(APPLE, hint), "decoder", settings))
          .hasMessage("hint: 24×16 (expected: 64×64, the size of the picture)");
      var large = settings.withSize(new Pixels(4000, 16));
      assertThatThrownBy(() -> pipeline.card().stage("decoder").orElseThrow().check(large))
          .hasMessage("size: 4000×16 (expected: 1 to 1024 pixels wide and high)");
    }
  }

  /** A decoder is drawn by the scheduler in its folder, and a prior by UnCLIP's only. */
  @ParameterizedTest
  @CsvSource({
    "DDPMScheduler, true, ddpm-small, 0",
    "DDPMScheduler, false, ddpm-small, 0",
    "DDIMScheduler, true, ddim-diffusers, 0",
    "DDIMScheduler, false, ddim-diffusers, 0.0292"
  })
  void theSchedulerDrawsByDefault(
      String scheduler, boolean toOne, String sampler, double eps, @TempDir Path temporary)
      throws IOException {
    Path decoder =
        withScheduler(
            temporary,
            "decoder",
            String.format(
                "{\"_class_name\": \"%s\", \"beta_start\": 0.00085, \"beta_end\": 0.012,"
                    + " \"steps_offset\": 1, \"set_alpha_to_one\": %s}",
                scheduler, toOne));
    Files.createSymbolicLink(temporary.resolve("prior"), folder("prior"));
    try (var open = open(decoder, OpenOptions.with(Residency.ONE_AT_A_TIME))) {
      var stage = open.pipeline().card().stage("decoder").orElseThrow();
      var choices = stage.denoising().orElseThrow().choices();
      assertThat(choices.defaultSampler()).isEqualTo(sampler);
      assertThat(choices.defaultSteps()).isEqualTo(100);
      var plan = stage.plan(stage.defaults()).steps();
      assertThat(plan.get(99).update().eps()).isCloseTo(eps, within(1e-4));
    }
  }

  @Test
  void aPriorHasTheSchedulerOfUnclip(@TempDir Path temporary) throws IOException {
    withScheduler(temporary, "prior", "{\"_class_name\": \"DDPMScheduler\"}");
    Path decoder = Files.createSymbolicLink(temporary.resolve("decoder"), folder("decoder"));
    assertThatThrownBy(() -> open(decoder, OpenOptions.with(Residency.ONE_AT_A_TIME)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("_class_name: DDPMScheduler (expected: UnCLIPScheduler)");
  }

  /** Returns one of the folders with another scheduler. */
  private static Path withScheduler(Path to, String name, String json) throws IOException {
    Path changed = to.resolve(name);
    Path scheduler = Files.createDirectories(changed.resolve("scheduler"));
    Files.writeString(scheduler.resolve("scheduler_config.json"), json);
    try (var components = Files.list(folder(name))) {
      for (Path component : components.toList()) {
        Path link = changed.resolve(component.getFileName());
        if (!Files.exists(link)) {
          Files.createSymbolicLink(link, component);
        }
      }
    }
    return changed;
  }

  @Test
  void aFolderOfAPriorIsNoModel() {
    assertThatThrownBy(() -> open(folder("prior"), OpenOptions.with(Residency.ALWAYS)))
        .hasMessageStartingWith("model: ")
        .hasMessageEndingWith(
            "(expected: the folder of a decoder; this one is a prior, for --prior)");
  }

  @Test
  void foldersOfRandomWeightsDraw(@TempDir Path temporary) {
    var random = new RandomKandinsky(KandinskyConfig.small());
    Path decoder = random.write(temporary.resolve("model"), DType.F32, 3, component -> {});
    assertThat(OpenPipeline.inspect(decoder).isSound()).isTrue();
    assertThat(OpenPipeline.inspect(decoder.resolveSibling("prior")).isSound()).isTrue();
    try (var open = open(decoder, OpenOptions.with(Residency.ONE_AT_A_TIME))) {
      var drawn = draw(open.pipeline(), APPLE, new Pixels(40, 32));
      assertThat(drawn.get(0).width()).isEqualTo(40);
    }
    assertThatThrownBy(
            () -> random.write(temporary.resolve("model"), DType.F32, 3, component -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("(expected: an empty folder, or none)");
  }

  /** Also where networks are opened when they are used first. */
  @Test
  void allThatIsWrongWithTheFoldersIsReportedWhenTheyAreOpened(@TempDir Path temporary)
      throws IOException {
    Path broken = Files.createDirectory(temporary.resolve("decoder"));
    Files.createSymbolicLink(temporary.resolve("prior"), folder("prior"));
    for (String file : List.of("README.md", "model_index.json", "scheduler")) {
      Files.createSymbolicLink(broken.resolve(file), folder("decoder").resolve(file));
    }
    Path unet = Files.createDirectory(broken.resolve("unet"));
    Files.createSymbolicLink(
        unet.resolve("config.json"), folder("decoder").resolve("unet/config.json"));
    Files.createSymbolicLink(
        unet.resolve("diffusion_pytorch_model.safetensors"),
        folder("inpaint").resolve("unet/diffusion_pytorch_model.safetensors"));
    for (Residency residency : Residency.values()) {
      assertThatThrownBy(() -> open(broken, OpenOptions.with(residency)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("2 parts cannot be used")
          .hasMessageContaining("conv_in.weight")
          .hasMessageContaining("movq: no such folder");
    }
  }

  /** A plugin's decoder sees the prior's embeddings; there is nothing to edit with it. */
  @Test
  void aPluginReplacesTheDecoder() {
    List<float[]> seen = new ArrayList<>();
    ImageDecoder black =
        (draws, settings, listener) ->
            draws.stream()
                .peek(draw -> seen.add(draw.condition().imageEmbedding()))
                .map(draw -> new Image(8, 8, new float[8 * 8 * 3]))
                .toList();
    com.google.inject.Module module = binder -> binder.bind(ImageDecoder.class).toInstance(black);
    try (var open =
        OpenPipeline.of(
            folder("decoder"), OpenOptions.with(Residency.ALWAYS), Plugins.of(module))) {
      var pipeline = open.pipeline();
      assertThat(pipeline.card().taskNames())
          .contains("text_to_image", "variation")
          .doesNotContain("image_to_image");
      var drawn = pipeline.draw(APPLE, Map.of(), PhiloxNoise.images(7, 1), SamplingListener.NONE);
      assertThat(drawn.get(0).pixels()).containsOnly(0);
      assertThat(seen.get(0)).isNotEmpty().doesNotContain(Float.NaN);
    }
  }
}
