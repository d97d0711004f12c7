package io.diffusion4j.ddpm;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A folder of a {@code DiTPipeline} draws what diffusers draws from the same noise. */
class DitPipelineTest {
  private static final double IMAGE = 1e-4;

  @GoldenTest(GoldenKind.DIT_PIPELINE)
  void theFolderDrawsWhatTheReferenceDrew(GoldenCase golden) {
    assertThat(OpenPipeline.inspect(golden.folder()).isSound()).isTrue();
    assertDrawsTheReferences(golden, golden.folder());
  }

  @GoldenTest(GoldenKind.DIT_PIPELINE_CHANGED)
  void otherSettingsDrawWhatTheReferenceDrew(GoldenCase golden) {
    String model = golden.json().get("model").asText();
    assertDrawsTheReferences(golden, golden.folder().resolve(model).normalize());
  }

  private static void assertDrawsTheReferences(GoldenCase golden, Path folder) {
    var run = golden.json();
    var noise = GoldenTensors.read(golden.folder().resolve("noise.safetensors"));
    int images = run.get("class_labels").size();
    var init = Rows.unstack(noise.image("dit.init"), images);
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, Opening.with(Residency.ALWAYS), plugins)) {
      var pipeline = open.pipeline();
      double scale = run.get("guidance_scale").asDouble();
      var settings =
          pipeline
              .card()
              .stages()
              .get(0)
              .defaults()
              .withSteps(run.get("num_inference_steps").asInt())
              .withGuidanceScale(GuidanceScale.constant(scale));
      List<float[]> drawn = new ArrayList<>();
      for (int i = 0; i < images; i++) {
        int image = i;
        NoiseSource source = (stage, step, size) -> init.get(image);
        int label = run.get("class_labels").get(i).asInt();
        drawn.add(
            pipeline
                .draw(
                    new ImageTask.Unconditional(OptionalInt.of(label)),
                    Map.of(DdpmPipeline.STAGE, settings),
                    List.of(source),
                    SamplingListener.NONE)
                .get(0)
                .pixels());
      }
      float[] pixels = Rows.stack(drawn);
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = pixels[i] * 0.5f + 0.5f;
      }
      assertClose(pixels, golden.io().floats("out.image"), IMAGE);
    }
  }
}
