package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.solver.EtaSampler;
import io.diffusion4j.diffusion.stage.StageKind;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schedulers of latent diffusion draw from their configuration files as the classes do. */
class SchedulerTraceTest {
  /** Float64 of the formulas differs from the reference's float32 by as much from σ = 4096 down. */
  private static final double ZERO_SNR_TOLERANCE = 1e-3;

  private static final double TOLERANCE = 2e-5;

  @TempDir private Path folder = Path.of("");

  @GoldenTest(GoldenKind.LATENT_SAMPLER)
  void aConfigurationDrawsAsItsClass(GoldenCase trace) {
    ObjectNode file = trace.config("config");
    file.put("_class_name", trace.json().get("scheduler").asText());
    var config = SchedulerConfig.readLatent(ComponentConfig.parse(trace.marker(), file.toString()));
    assertThat(writtenAndRead(config)).isEqualTo(config);

    int steps = trace.json().get("steps").asInt();
    StageKind.Denoising course = config.course(steps);
    Sampler sampler = course.choices().samplers().named(course.choices().defaultSampler());
    double eta = trace.json().at("/step_kwargs/eta").asDouble(0);
    SamplingPlan plan =
        (eta > 0 ? ((EtaSampler) sampler).withEta(eta) : sampler)
            .plan(course.schedule(), course.spacing().of(course.schedule().steps(), steps));
    GoldenTensors golden = trace.io();
    boolean exploding = trace.json().get("scheduler").asText().startsWith("Euler");
    boolean fromNoise = exploding && config.zeroSnr();
    double tolerance = fromNoise ? ZERO_SNR_TOLERANCE : TOLERANCE;
    for (int row = 0; row < golden.size("x_init", 0); row++) {
      int image = row;
      double scale = exploding ? Math.sqrt(plan.steps().get(0).alphaBar()) : 1;
      Trajectory trajectory =
          new Trajectory(
              plan,
              config.parameterization(),
              config.treatment(),
              times(golden.row("x_init", row), scale),
              step -> golden.row("step%02d.noise".formatted(step), image));
      for (int i = 0; i < golden.values("timesteps").length; i++) {
        assertThat(plan.steps().get(i).t()).isEqualTo(golden.values("timesteps")[i], within(1e-4));
        trajectory.advance(Prediction.of(golden.row("step%02d.model_out".formatted(i), row)));
      }
      assertThat(trajectory.done()).isTrue();
      float[] out = golden.row("out", row);
      for (int i = 0; i < out.length; i++) {
        assertThat((double) trajectory.x()[i])
            .isCloseTo(out[i], within(tolerance * golden.largest("out")));
      }
    }
  }

  /**
   * From the file alone: with arguments of {@code set_timesteps} the class draws on other levels.
   */
  @GoldenTest(GoldenKind.FLOW_TRACE)
  void aFlowsConfigurationDrawsAsItsClass(GoldenCase trace) {
    ObjectNode file = trace.config("config");
    file.put("_class_name", trace.json().get("scheduler").asText());
    var fields = ComponentConfig.parse(trace.marker(), file.toString());
    if (file.path("invert_sigmas").asBoolean()) {
      assertThatThrownBy(() -> SchedulerConfig.read(fields))
          .hasMessageContaining("invert_sigmas: true (expected: false)");
      return;
    }
    SchedulerConfig config = SchedulerConfig.read(fields);
    Path written = folder.resolve("scheduler_config.json");
    config.write(written);
    assertThat(SchedulerConfig.read(written)).isEqualTo(config);
    if (!trace.json().get("set_timesteps").isEmpty() || trace.json().has("begin")) {
      return;
    }
    int steps = trace.json().get("steps").asInt();
    StageKind.Denoising course = config.course(steps);
    SamplingPlan plan =
        course
            .choices()
            .samplers()
            .named(course.choices().defaultSampler())
            .plan(course.schedule(), course.spacing().of(course.schedule().steps(), steps));
    GoldenTensors golden = trace.io();
    for (int row = 0; row < golden.size("in.noise", 0); row++) {
      int image = row;
      Trajectory trajectory =
          new Trajectory(
              plan,
              config.parameterization(),
              config.treatment(),
              times(golden.row("in.noise", row), plan.initialScale()),
              step -> golden.row("step%02d.noise".formatted(step), image));
      for (int i = 0; i < golden.values("timesteps").length; i++) {
        assertThat(course.schedule().networkTime(plan.steps().get(i).t()))
            .isEqualTo(golden.values("timesteps")[i], within(1e-3));
        trajectory.advance(Prediction.of(golden.row("step%02d.model_out".formatted(i), row)));
      }
      float[] out = golden.row("out", row);
      for (int i = 0; i < out.length; i++) {
        assertThat((double) trajectory.x()[i])
            .isCloseTo(out[i], within(TOLERANCE * golden.largest("out")));
      }
    }
  }

  @GoldenTest(GoldenKind.FEW_STEP_SAMPLER)
  void aConfigurationOfFewStepsDrawsAsItsClass(GoldenCase trace) {
    ObjectNode file = trace.config("config");
    String name = trace.json().get("scheduler").asText();
    file.put("_class_name", name);
    var fields = ComponentConfig.parse(trace.marker(), file.toString());
    boolean isConsistency = name.startsWith("CM");
    var config = isConsistency ? SchedulerConfig.read(fields) : SchedulerConfig.readLatent(fields);
    Path written = folder.resolve("scheduler_config.json");
    config.write(written);
    assertThat(isConsistency ? SchedulerConfig.read(written) : SchedulerConfig.readLatent(written))
        .isEqualTo(config);
    if (!trace.json().get("set_timesteps").isEmpty()) {
      return;
    }
    int steps = trace.json().get("steps").asInt();
    StageKind.Denoising course = config.course(steps);
    Sampler sampler = course.choices().samplers().named(course.choices().defaultSampler());
    SamplingPlan plan =
        (sampler instanceof EtaSampler open
                ? open.withEta(trace.json().at("/step_kwargs/eta").asDouble(0))
                : sampler)
            .plan(course.schedule(), course.spacing().of(course.schedule().steps(), steps));
    for (int i = 0; i < steps; i++) {
      assertThat(course.schedule().networkTime(plan.steps().get(i).t()))
          .isEqualTo(trace.io().values("timesteps")[i], within(1e-3));
    }
    GoldenTensors golden = trace.io();
    for (int row = 0; row < golden.size("in.noise", 0) && !isConsistency; row++) {
      int image = row;
      Trajectory trajectory =
          new Trajectory(
              plan,
              config.parameterization(),
              config.treatment(),
              golden.row("in.noise", row),
              step -> golden.row("step%02d.noise".formatted(step), image));
      for (int i = 0; i < steps; i++) {
        trajectory.advance(Prediction.of(golden.row("step%02d.model_out".formatted(i), row)));
      }
      float[] out = golden.row("out", row);
      for (int i = 0; i < out.length; i++) {
        assertThat((double) trajectory.x()[i])
            .isCloseTo(out[i], within(TOLERANCE * golden.largest("out")));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Euler | \"shift\": 0 | shift: 0.0 (expected: > 0 and finite)",
        "Euler | \"shift_terminal\": 1 | shift_terminal: 1.0 (expected: in [0, 1))",
        "Euler | \"time_shift_type\": \"cubic\" | time_shift_type: \"cubic\"",
        "Euler | \"use_karras_sigmas\": true, \"use_beta_sigmas\": true | use_beta_sigmas: true",
        "Euler | \"max_image_seq_len\": 16 | max_image_seq_len: 16",
        "Euler | \"num_train_timesteps\": 0 | steps: 0 (expected: ≥ 1)",
        "Euler | \"new_thing\": 3 | unknown fields: new_thing",
        "Heun | \"shift\": -1 | shift: -1.0"
      })
  void whatNoFlowIsMadeOfIsRefusedByName(String method, String field, String message) {
    String name = "FlowMatch" + method + "DiscreteScheduler";
    var config =
        ComponentConfig.parse(
            Path.of("scheduler_config.json"), "{\"_class_name\": \"" + name + "\", " + field + "}");
    assertThatThrownBy(() -> SchedulerConfig.read(config))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  private SchedulerConfig writtenAndRead(SchedulerConfig config) {
    Path file = folder.resolve("scheduler_config.json");
    config.write(file);
    return SchedulerConfig.readLatent(file);
  }

  private static float[] times(float[] values, double factor) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (values[i] * factor);
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "PNDMScheduler | \"beta_end\": 0.012 | skip_prk_steps: false (expected: true: PLMS)",
        "EulerDiscreteScheduler | \"interpolation_type\": \"log_linear\" | interpolation_type",
        "EulerDiscreteScheduler | \"use_beta_sigmas\": true | use_beta_sigmas: true",
        "DPMSolverMultistepScheduler | \"algorithm_type\": \"dpmsolver\" | algorithm_type",
        "DPMSolverMultistepScheduler | \"final_sigmas_type\": \"sigma_min\" | final_sigmas_type",
        "DPMSolverMultistepScheduler | \"lambda_min_clipped\": -5 | lambda_min_clipped: -5",
        "DPMSolverMultistepScheduler | \"solver_order\": 4 | solver_order: 4",
        "LCMScheduler | \"original_inference_steps\": 0 | original_inference_steps: 0",
        "LCMScheduler | \"new_thing\": 0 | unknown fields: new_thing",
        "DDIMScheduler | \"rescale_betas_zero_snr\": true | rescale_betas_zero_snr: true",
        "FlowMatchEulerDiscreteScheduler | \"shift\": 3 | _class_name"
      })
  void whatIsNotDrawnAsItsClassDoesIsRefusedByName(String name, String field, String message) {
    var config =
        ComponentConfig.parse(
            Path.of("scheduler_config.json"), "{\"_class_name\": \"" + name + "\", " + field + "}");
    assertThatThrownBy(() -> SchedulerConfig.readLatent(config))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }
}
