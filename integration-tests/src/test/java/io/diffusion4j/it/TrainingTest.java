package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import io.diffusion4j.ddpm.DdpmTrainings;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipModel;
import io.diffusion4j.unclip.UnclipModule;
import io.diffusion4j.unclip.training.UnclipTraining;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every part is trained on the real data for a few steps, and can be interrupted. */
@Tag("slow")
@TestInstance(Lifecycle.PER_CLASS)
class TrainingTest {
  private final Path trained;

  TrainingTest(@TempDir Path trained) {
    this.trained = trained;
  }

  @BeforeAll
  void trainEveryPart() {
    for (TrainableComponent part : all()) {
      var outcome =
          ShortTraining.train(
              part, trained.resolve("model"), trained.resolve("work"), (run, step) -> {});
      assertThat(outcome.finished()).as(part.word()).isTrue();
      assertThat(outcome.loss()).as("loss of %s", part.word()).isFinite();
    }
  }

  @Test
  void theFolderThatWasTrainedDrawsPictures() {
    try (var model = UnclipModel.load(trained.resolve("model"), Compute.of(Precision.BFLOAT16))) {
      var pipeline = Guice.createInjector(new UnclipModule(model)).getInstance(ImagePipeline.class);
      var images =
          pipeline.draw(
              ImageTask.of("a red apple"),
              TinyPipeline.stages(new DdimSampler(0)),
              PhiloxNoise.images(7, 2),
              SamplingListener.NONE);
      for (Image image : images) {
        assertThat(image.width()).isEqualTo(TinyPipeline.IMAGE_SIZE);
        for (float pixel : image.pixels()) {
          assertThat(Float.isFinite(pixel)).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("allButClip")
  void aTrainingThatWasStoppedEndsInTheSameWeights(TrainableComponent part, @TempDir Path folder)
      throws IOException {
    Path model = folder.resolve("model");
    Folders.copy(trained.resolve("model"), model);
    for (String weights : weights(part)) {
      Files.delete(model.resolve(weights));
    }
    var first =
        ShortTraining.train(
            part,
            model,
            folder.resolve("work"),
            (run, step) -> {
              if (step == 2) {
                run.stop();
              }
            });
    assertThat(first.finished()).isFalse();
    assertThat(model.resolve(weights(part).get(0))).doesNotExist();

    var second = ShortTraining.train(part, model, folder.resolve("work"), (run, step) -> {});
    assertThat(second.fromStep()).isEqualTo(2);
    assertThat(second.finished()).isTrue();
    assertSameWeights(part, model);
  }

  @Test
  void aTrainingThatWasKilledEndsInTheSameWeights(@TempDir Path folder) throws Exception {
    Path model = folder.resolve("model");
    Path work = folder.resolve("work");
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                ShortTraining.class.getName(),
                UnclipTraining.CLIP.word(),
                model.toString(),
                work.toString())
            .redirectErrorStream(true)
            .start();
    try (var output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(output.lines().anyMatch(ShortTraining.READY::equals)).as("ready").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();

    var resumed = ShortTraining.train(UnclipTraining.CLIP, model, work, (run, step) -> {});
    assertThat(resumed.fromStep()).isEqualTo(1); // the second step was not saved yet
    assertThat(resumed.finished()).isTrue();
    assertSameWeights(UnclipTraining.CLIP, model);
  }

  private void assertSameWeights(TrainableComponent part, Path model) {
    for (String weights : weights(part)) {
      assertThat(model.resolve(weights))
          .as(weights)
          .hasSameBinaryContentAs(trained.resolve("model").resolve(weights));
    }
  }

  private static List<String> weights(TrainableComponent part) {
    String diffusers = "/diffusion_pytorch_model.safetensors";
    return switch (part.word()) {
      case "clip" -> List.of("text_encoder/model.safetensors", "image_encoder/model.safetensors");
      case "prior" -> List.of("prior" + diffusers);
      case "prior-ar" -> List.of("prior_ar/model.safetensors");
      case "prior-direct" -> List.of("prior_eclipse" + diffusers);
      case "decoder" -> List.of("decoder" + diffusers, "text_proj" + diffusers);
      case "upsampler" -> List.of("super_res_first" + diffusers);
      case "upsampler-last" -> List.of("super_res_last" + diffusers);
      case "ddpm" -> List.of("ddpm/unet" + diffusers);
      case "classifier" -> List.of("ddpm/classifier/model.safetensors");
      case "noised-clip" ->
          List.of(
              "ddpm/noised_clip/clip_image_enc.safetensors",
              "ddpm/noised_clip/clip_text_enc.safetensors");
      case "dae" -> List.of("dae/unet" + diffusers);
      default -> throw new IllegalArgumentException(part.word());
    };
  }

  private static List<TrainableComponent> all() {
    List<TrainableComponent> all = new ArrayList<>(new UnclipTraining().components());
    all.addAll(new DdpmTrainings().components());
    return all;
  }

  private static List<TrainableComponent> allButClip() {
    return all().stream().filter(part -> part != UnclipTraining.CLIP).toList();
  }
}
