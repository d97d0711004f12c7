package io.diffusion4j.latent;

import static io.diffusion4j.diffusion.stage.SamplingListener.NONE;
import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.Guider;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ImageTask.Words;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.FinalNoiseLevel;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageSetting;
import io.diffusion4j.diffusion.stage.StageSettings;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** The folders draw what diffusers drew of them, from the same noise. */
class StableDiffusionParityTest {
  private static final double PICTURE = 1e-4;

  /** From σ = 4096 the reference itself is 8e-5 from float64. */
  private static final double FROM_PURE_NOISE = 5e-4;

  @TempDir Path folder = Path.of("");

  @GoldenTest(GoldenKind.STABLE_DIFFUSION_RUN)
  void aFolderDrawsTheReferencesPictures(GoldenCase golden) throws IOException {
    assertDraws(golden.folder(), changed(golden, model(golden)));
  }

  @GoldenTest(GoldenKind.STABLE_DIFFUSION_EDIT)
  void aFolderChangesAPictureAsTheReferenceDoes(GoldenCase golden) throws IOException {
    assertDraws(golden.folder(), changed(golden, model(golden)));
  }

  @GoldenTest(GoldenKind.STABLE_DIFFUSION_VARIATION)
  void aFolderDrawsOfAnEmbeddingAsTheReferenceDoes(GoldenCase golden) throws IOException {
    assertDraws(golden.folder(), changed(golden, model(golden)));
  }

  @GoldenTest(GoldenKind.STABLE_DIFFUSION_VARIANT)
  void aVariantDrawsThePicturesOfTheFolderThatItEquals(GoldenCase golden) throws IOException {
    Path equal = golden.folder().resolve(golden.json().get("equals").asText()).normalize();
    assertDraws(equal, golden.folder());
  }

  private static void assertDraws(Path expected, Path model) throws IOException {
    var run = new ObjectMapper().readTree(Files.readString(expected.resolve("case.json")));
    var io = GoldenTensors.read(expected.resolve("io.safetensors"));
    var how = OpenOptions.with(Residency.ALWAYS); // float32 is what suits networks of this size
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(model, how, plugins)) {
      var pipeline = open.pipeline();
      var settings = settings(run, pipeline.card().stage("decoder").orElseThrow());
      var prior =
          pipeline
              .card()
              .stage("prior")
              .map(
                  stage ->
                      stage
                          .defaults()
                          .withSteps(run.get("prior_num_inference_steps").asInt())
                          .withGuidanceScale(
                              GuidanceScale.constant(run.get("prior_guidance_scale").asDouble())));
      var task = task(run, io);
      pipeline.check(task, "decoder", settings);
      Map<String, SamplingSettings> all = new HashMap<>(Map.of("decoder", settings));
      prior.ifPresent(asked -> all.put("prior", asked));
      List<Image> drawn = pipeline.draw(task, all, noise(expected), NONE);
      float[] pixels = Rows.stack(drawn.stream().map(Image::pixels).toList());
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = pixels[i] * 0.5f + 0.5f;
      }
      boolean pure = run.path("scheduler").path("rescale_betas_zero_snr").asBoolean();
      assertClose(pixels, io.floats("out.image"), pure ? FROM_PURE_NOISE : PICTURE);
    }
  }

  private static SamplingSettings settings(JsonNode run, Stage stage) {
    var settings =
        asked(run, stage)
            .withSteps(run.get("num_inference_steps").asInt())
            .withGuidanceScale(GuidanceScale.constant(run.get("guidance_scale").asDouble()));
    if (run.has("width")) {
      settings = settings.withSize(new Pixels(run.get("width").asInt(), run.get("height").asInt()));
    }
    if (run.has("guidance_rescale")) {
      String guider = "cfg:rescale=" + run.get("guidance_rescale").asDouble();
      settings = settings.withGuider(Guider.parse(guider));
    }
    if (run.has("eta")) {
      double eta = run.get("eta").asDouble();
      var stride = DdimSampler.Stride.WHOLE;
      return settings.withSampler(
          new DdimSampler(eta, EpsSource.NETWORK, stride, FinalNoiseLevel.FIRST_TIMESTEP));
    }
    return settings;
  }

  /** The settings that requests name, all of which the stage accepts. */
  private static SamplingSettings asked(JsonNode run, Stage stage) {
    Map<String, Object> named = new HashMap<>();
    for (var setting : List.of(StageSettings.CLIP_SKIP, StageSettings.NOISE_LEVEL)) {
      if (run.has(setting.name())) {
        named.put(setting.name(), run.get(setting.name()).asInt());
      }
    }
    if (run.path("pipeline").asText().equals("StableDiffusionInpaintPipeline")) {
      named.put(StageSettings.STRENGTH.name(), run.get("strength").asDouble());
    }
    var given = new StageSetting.Values(named);
    assertThat(stage.settings())
        .allSatisfy(setting -> assertThat(setting.fault(stage, given)).isEmpty());
    return given.settings(stage);
  }

  private static ImageTask task(JsonNode run, GoldenTensors io) {
    int rows = io.size("out.image", 0);
    List<Words> words = new ArrayList<>();
    int each = rows / Math.max(1, run.path("prompts").size());
    for (int i = 0; i < rows; i++) {
      words.add(
          new Words(
              run.path("prompts").path(i / each).asText(""),
              run.path("negative_prompts").path(i / each).asText("")));
    }
    if (io.has("in.mask")) {
      return new ImageTask.Inpaint(picture(io), mask(io), words.get(0), Resampling.NONE);
    }
    if (io.has("in.image") && !run.has("strength")) {
      return new ImageTask.Variation(picture(io), words.get(0));
    }
    return io.has("in.image")
        ? new ImageTask.ImageToImage(picture(io), run.get("strength").asDouble(), words.get(0))
        : new ImageTask.TextToImage(words);
  }

  private static Image picture(GoldenTensors io) {
    return new Rgb8(io.size("in.image", 1), io.size("in.image", 0), io.bytes("in.image")).toImage();
  }

  private static Image mask(GoldenTensors io) {
    byte[] values = io.bytes("in.mask");
    byte[] pixels = new byte[3 * values.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = values[i / 3];
    }
    return new Rgb8(io.size("in.mask", 1), io.size("in.mask", 0), pixels).toImage();
  }

  /** The folder that a run is of: its own, or the one above. */
  private static Path model(GoldenCase golden) {
    return golden.folder().resolve(golden.json().path("model").asText(".")).normalize();
  }

  /** The folder with the run's scheduler if that is another. */
  private Path changed(GoldenCase golden, Path model) throws IOException {
    assertThat(StableDiffusionFolder.report(model).allFailures()).isEmpty();
    List<String> others =
        Stream.of("scheduler", "prior_scheduler").filter(golden.json()::has).toList();
    if (others.isEmpty()) {
      return model;
    }
    try (var parts = Files.list(model)) {
      for (Path part : parts.toList()) {
        if (!others.contains(part.getFileName().toString())) {
          Files.createSymbolicLink(folder.resolve(part.getFileName()), part);
        }
      }
    }
    for (String scheduler : others) {
      Files.createDirectories(folder.resolve(scheduler));
      Files.writeString(
          folder.resolve(scheduler).resolve("scheduler_config.json"),
          golden.json().get(scheduler).toString());
    }
    return folder;
  }

  private static List<NoiseSource> noise(Path run) {
    var noise = GoldenTensors.read(run.resolve("noise.safetensors"));
    List<NoiseSource> sources = new ArrayList<>();
    for (int row = 0; row < noise.size("latents.init", 0); row++) {
      int own = row;
      sources.add(
          (stage, step, size) -> {
            String name =
                switch (stage) {
                  case "vae/image", "vae/masked" -> stage.replace('/', '.');
                  case "embedding" -> "embedding.noise";
                  default ->
                      (stage.equals("decoder") ? "latents" : stage)
                          + (step == NoiseSource.INITIAL ? ".init" : ".step" + step);
                };
            int count = noise.size(name, 0);
            float[] all = noise.shape(name).size() == 2 ? noise.floats(name) : noise.image(name);
            return Rows.unstack(all, count).get(count == 1 ? 0 : own);
          });
    }
    return sources;
  }
}
