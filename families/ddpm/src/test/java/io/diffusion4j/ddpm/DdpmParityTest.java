package io.diffusion4j.ddpm;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;

/** Networks and folders answer and draw as those of diffusers do, from the same noise. */
class DdpmParityTest {
  /** Of a network, relative to its largest value. */
  private static final double NETWORK = 1e-5;

  /** Of a picture; the random networks amplify an error of a sample up to 80 times over a run. */
  private static final double IMAGE = 3e-4;

  @TempDir Path folder = Path.of("");

  /** The folder whose network a case runs. */
  private static Path folder(GoldenCase golden) {
    return golden.json().has("model")
        ? golden.folder().resolve(golden.json().get("model").asText()).normalize()
        : golden.folder();
  }

  @GoldenTest(GoldenKind.PIXEL_NETWORK)
  void theNetworkIsTheReferences(GoldenCase golden) {
    GoldenTensors io = golden.io();
    int rows = io.size("in.sample", 0);
    var x = Rows.unstack(io.image("in.sample"), rows);
    double[] t = io.values("in.timestep");
    try (var model = PixelModel.load(folder(golden), Compute.of(Precision.FLOAT32))) {
      List<Query<PixelLabel>> queries = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        queries.add(new Query<>(x.get(row), t[t.length == 1 ? 0 : row], label(io, row)));
      }
      var answers = model.denoiser(SchedulerConfig.ddpm()).predict(queries);
      var outputs = answers.stream().map(answer -> answer.output()).toList();
      assertClose(Rows.stack(outputs), io.image("out"), NETWORK);
    }
  }

  private static PixelLabel label(GoldenTensors io, int row) {
    if (!io.has("in.class_labels")) {
      return new PixelLabel.None();
    }
    return io.shape("in.class_labels").size() == 1
        ? new PixelLabel.Numbered((int) io.values("in.class_labels")[row])
        : new PixelLabel.Vector(io.row("in.class_labels", row));
  }

  @GoldenTest(GoldenKind.PIXEL_PIPELINE)
  void thePipelineDrawsWhatTheReferenceDrew(GoldenCase golden) throws IOException {
    assertDrawsTheReferences(golden);
  }

  @GoldenTest(GoldenKind.PIXEL_PIPELINE_CHANGED)
  void otherSettingsDrawWhatTheReferenceDrew(GoldenCase golden) throws IOException {
    assertDrawsTheReferences(golden);
  }

  private void assertDrawsTheReferences(GoldenCase golden) throws IOException {
    JsonNode run = golden.json();
    GoldenTensors io = golden.io();
    GoldenTensors noise = GoldenTensors.read(golden.folder().resolve("noise.safetensors"));
    int images = run.get("batch_size").asInt();
    List<NoiseSource> sources = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      int image = i;
      sources.add(
          (stage, step, size) -> {
            String key = "ddpm." + (step == NoiseSource.INITIAL ? "init" : "step" + step);
            return noise.has(key)
                ? Rows.unstack(noise.image(key), images).get(image)
                : new float[size];
          });
    }
    Path changed =
        ChangedFolder.of(
            folder(golden),
            folder,
            run.get("pipeline").asText(),
            (ObjectNode) run.get("scheduler_override"));
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(changed, OpenOptions.with(Residency.ALWAYS), plugins)) {
      var defaults = open.pipeline().card().stages().get(0).defaults();
      var settings =
          defaults
              .withSteps(run.get("num_inference_steps").asInt())
              .withSampler(asCalled(defaults.sampler(), run));
      var drawn =
          open.pipeline()
              .draw(
                  new ImageTask.Unconditional(OptionalInt.empty()),
                  Map.of(DdpmPipeline.STAGE, settings),
                  sources,
                  SamplingListener.NONE);
      var pixels = drawn.stream().map(Image::pixels).toList();
      assertClose(unit(Rows.stack(pixels)), io.floats("out.image"), IMAGE);
    }
  }

  /**
   * Returns the sampler of the folder with the arguments that diffusers' pipeline was called with.
   */
  private static Sampler asCalled(Sampler sampler, JsonNode run) {
    if (!run.has("eta") && !run.has("use_clipped_model_output")) {
      return sampler;
    }
    var own = (DdimSampler) sampler;
    boolean clipped = run.path("use_clipped_model_output").asBoolean(false);
    return new DdimSampler(
        run.path("eta").asDouble(0),
        clipped ? EpsSource.TREATED_X0 : own.epsSource(),
        own.stride(),
        own.end());
  }

  /** Pixels in [0, 1], as the reference gives them. */
  private static float[] unit(float[] pixels) {
    float[] unit = new float[pixels.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = Math.max(0, Math.min(1, pixels[i] * 0.5f + 0.5f));
    }
    return unit;
  }
}
