package io.diffusion4j.ddpm;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DpmSolverPlusPlus;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
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
  private static final double LATENTS = 1e-4;
  private static final double NETWORK = 1e-5;

  @GoldenTest(GoldenKind.DIT_PIPELINE)
  void theFolderDrawsWhatTheReferenceDrew(GoldenCase golden) {
    assertThat(OpenPipeline.inspect(golden.folder()).isSound()).isTrue();
    assertDrawsTheReferences(golden, golden.folder());
    assertDenoisesTheReferences(golden, golden.folder());
  }

  @GoldenTest(GoldenKind.DIT_PIPELINE_CHANGED)
  void otherSettingsDrawWhatTheReferenceDrew(GoldenCase golden) {
    Path model = golden.folder().resolve(golden.json().get("model").asText()).normalize();
    assertDrawsTheReferences(golden, model);
    assertDenoisesTheReferences(golden, model);
  }

  /** Latents that are not square too, before anything is cut off. */
  @GoldenTest(GoldenKind.AUTOENCODER)
  void theAutoencoderMakesTheReferencesImages(GoldenCase golden) {
    var io = golden.io();
    var decoder =
        Autoencoder.read(golden.folder())
            .decoder(io.size("in.latents", 2), io.size("in.latents", 3));
    var batch =
        new Batch(io.size("in.latents", 0)).floats(Autoencoder.LATENT, io.image("in.latents"));
    try (var checkpoint = Checkpoint.open(golden.folder(), Checkpoint.DIFFUSERS)) {
      var weights = Autoencoder.fromFolder(checkpoint);
      for (var engine : Engines.all()) {
        if (engine.unavailable(Precision.FLOAT32).isEmpty()) {
          var compute = Compute.of(Precision.FLOAT32).withEngine(engine.name());
          try (var network = new CompiledNetwork(decoder, weights, compute)) {
            assertClose(network.run(batch).get(0), io.image("out.decoded"), NETWORK);
          }
        }
      }
    }
  }

  /** Diffusers does not guide by a scale of 1 or less. */
  private static double guidance(JsonNode run) {
    return Math.max(1, run.get("guidance_scale").asDouble());
  }

  /** The settings of a run, its scheduler included. */
  private static SamplingSettings settings(JsonNode run, SamplingSettings defaults) {
    var settings =
        defaults
            .withSteps(run.get("num_inference_steps").asInt())
            .withGuidanceScale(GuidanceScale.constant(guidance(run)));
    JsonNode scheduler = run.get("scheduler");
    if (scheduler.isTextual()) { // the folder's
      return settings;
    }
    assertThat(scheduler.get("_class_name").asText()).isEqualTo("DPMSolverMultistepScheduler");
    return settings
        .withSampler(new DpmSolverPlusPlus(scheduler.path("solver_order").asInt(2)))
        .withSpacing(TimestepSpacings.LINSPACE_ABOVE_ZERO);
  }

  /** Every step of the latents, which the finished image shows after the autoencoder only. */
  private static void assertDenoisesTheReferences(GoldenCase golden, Path path) {
    var run = golden.json();
    var io = golden.io();
    var folder = new DdpmFolder(path);
    var scheduler = folder.scheduler();
    SamplingSettings defaults;
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(path, OpenOptions.with(Residency.ALWAYS), plugins)) {
      defaults = open.pipeline().card().stages().get(0).defaults();
    }
    var plan = settings(run, defaults).plan(scheduler.schedule(), scheduler.timesteps());
    assertThat(plan.steps().stream().mapToDouble(step -> step.t()).toArray())
        .containsExactly(io.values("timesteps"));
    int images = run.get("class_labels").size();
    var init =
        Rows.unstack(
            GoldenTensors.read(golden.folder().resolve("noise.safetensors")).image("dit.init"),
            images);
    try (var model = PixelModel.load(folder.network(), Compute.of(Precision.FLOAT32))) {
      var guided = new GuidedDenoiser<>(model.denoiser(scheduler));
      List<Guidance<PixelLabel>> labels = new ArrayList<>();
      List<Trajectory> all = new ArrayList<>();
      for (int i = 0; i < images; i++) {
        var label = new PixelLabel.Numbered(run.get("class_labels").get(i).asInt());
        labels.add(new Guidance<>(label, new PixelLabel.None(), guidance(run)));
        all.add(
            new Trajectory(
                plan,
                guided.parameterization(),
                scheduler.treatment(),
                init.get(i),
                step -> new float[0]));
      }
      for (int step = 0; step < plan.steps().size(); step++) {
        List<Query<Guidance<PixelLabel>>> queries = new ArrayList<>();
        for (int i = 0; i < images; i++) {
          queries.add(all.get(i).query(labels.get(i)));
        }
        var answers = guided.predict(queries);
        for (int i = 0; i < images; i++) {
          all.get(i).advance(answers.get(i));
        }
        assertClose(
            Rows.stack(all.stream().map(Trajectory::x).toList()),
            io.image("out.step" + step + ".latents"),
            LATENTS);
      }
    }
  }

  private static void assertDrawsTheReferences(GoldenCase golden, Path folder) {
    var run = golden.json();
    var noise = GoldenTensors.read(golden.folder().resolve("noise.safetensors"));
    int images = run.get("class_labels").size();
    var init = Rows.unstack(noise.image("dit.init"), images);
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, OpenOptions.with(Residency.ALWAYS), plugins)) {
      var pipeline = open.pipeline();
      var settings = settings(run, pipeline.card().stages().get(0).defaults());
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
