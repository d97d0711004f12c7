package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ImageTask.Words;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.unclip.RecordedNoise;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A folder of diffusers, opened as users open it, draws what its own pipeline drew from the same
 * noise: with the folder's scheduler and settings, of which only the steps and the scale are given.
 */
class PipelineParityTest {
  /** Of pixels in [0, 1]. */
  static final double TOLERANCE = 1e-4;

  @GoldenTest(GoldenKind.PIPELINE)
  void theFolderDrawsWhatItsPipelineDrew(GoldenCase golden) {
    assertThat(worst(golden)).as("%s", golden).isLessThan(TOLERANCE);
  }

  /** The largest difference of a pixel. */
  static double worst(GoldenCase golden) {
    float[] expected = golden.io().floats("out.image");
    List<Image> images = draw(golden);
    int size = expected.length / images.size();
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      float[] pixels = images.get(i / size).pixels();
      assertThat(pixels).hasSize(size);
      double drawn = Math.max(0, Math.min(1, pixels[i % size] * 0.5 + 0.5));
      worst = Math.max(worst, Math.abs(drawn - expected[i]));
    }
    return worst;
  }

  private static List<Image> draw(GoldenCase golden) {
    JsonNode run = golden.json();
    Path folder = golden.file(run.path("model").asText("model"));
    assertThat(OpenPipeline.inspect(folder).allFailures()).isEmpty();
    var noise = RecordedNoise.of(golden.file("noise.safetensors"), run.get("images").asInt());
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, opening(golden), plugins)) {
      ImageTask task = task(run);
      var settings = settings(run, open.pipeline(), task.kind());
      settings.forEach((stage, of) -> open.pipeline().check(task, stage, of));
      return open.pipeline().draw(task, settings, noise, SamplingListener.NONE);
    }
  }

  private static OpenOptions opening(GoldenCase golden) {
    var defaults = OpenOptions.with(Residency.ALWAYS).withPrecision(Optional.of(Precision.FLOAT32));
    JsonNode lora = golden.json().path("lora");
    return lora.isMissingNode()
        ? defaults
        : defaults.withLoras(
            List.of(
                new LoraChoice(
                    "lora", golden.file(lora.get("file").asText()), lora.get("scale").asDouble())));
  }

  private static ImageTask task(JsonNode run) {
    if (!run.has("prompts")) {
      return new ImageTask.Unconditional(
          run.has("label") ? OptionalInt.of(run.get("label").asInt()) : OptionalInt.empty());
    }
    String negative = run.path("negative_prompt").asText("");
    List<Words> words = new ArrayList<>();
    run.get("prompts").forEach(prompt -> words.add(new Words(prompt.asText(), negative)));
    return new ImageTask.TextToImage(words);
  }

  private static Map<String, SamplingSettings> settings(
      JsonNode run, ImagePipeline pipeline, ImageTask.Kind kind) {
    Map<String, SamplingSettings> all = new LinkedHashMap<>();
    for (var stage : pipeline.stages(kind)) {
      JsonNode given = run.get("stages").get(stage.name());
      var settings = stage.defaults().withSteps(given.get("steps").asInt());
      if (given.has("guidance_scale")) {
        settings =
            settings.withGuidanceScale(
                GuidanceScale.constant(given.get("guidance_scale").asDouble()));
      }
      if (run.has("size") && stage.name().equals("decoder")) {
        settings =
            settings.withSize(new Pixels(run.at("/size/0").asInt(), run.at("/size/1").asInt()));
      }
      all.put(stage.name(), settings);
    }
    return all;
  }
}
