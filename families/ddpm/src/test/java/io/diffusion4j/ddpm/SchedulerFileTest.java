package io.diffusion4j.ddpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.stage.SamplingListener;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A pipeline draws, by its defaults, what the class of its scheduler file computes, or refuses the
 * file by name. The steps of the classes are written here again as diffusers documents them, value
 * by value and in double.
 */
class SchedulerFileTest {
  /** Relative to the largest value; samples are floats. */
  private static final double TOLERANCE = 2e-4;

  private static final int VALUES = 8 * 8 * 3;
  private static final NoiseSource NOISE = new PhiloxNoise(5, 0);

  /** The fields of a file that change what is drawn. */
  private record Settings(
      String scheduler,
      String prediction,
      int trained,
      String spacing,
      int offset,
      boolean toOne,
      String variance,
      String bound) {
    String json() {
      return String.format(
          "{\"_class_name\": \"%s\", \"prediction_type\": \"%s\", \"num_train_timesteps\": %s,"
              + " \"beta_end\": %s, \"timestep_spacing\": \"%s\", \"steps_offset\": %s,"
              + " \"set_alpha_to_one\": %s, \"variance_type\": \"%s\", %s}",
          scheduler,
          prediction,
          trained,
          trained == 1000 ? 0.02 : 0.5,
          spacing,
          offset,
          toOne,
          variance,
          bound);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DDPMScheduler, epsilon",
    "DDPMScheduler, sample",
    "DDPMScheduler, v_prediction",
    "DDIMScheduler, epsilon",
    "DDIMScheduler, sample",
    "DDIMScheduler, v_prediction"
  })
  void everyFileDrawsAsItsClassDoes(String scheduler, String prediction) {
    for (int trained : new int[] {20, 1000}) {
      for (String spacing : List.of("leading", "trailing", "linspace")) {
        for (int offset : new int[] {0, 1}) {
          for (boolean toOne : new boolean[] {true, false}) {
            for (String variance :
                List.of("fixed_small", "fixed_small_log", "fixed_large", "learned_range")) {
              for (String bound :
                  List.of(
                      "\"clip_sample\": false",
                      "\"clip_sample\": true",
                      "\"clip_sample_range\": 0.7",
                      "\"thresholding\": true, \"sample_max_value\": 1.3,"
                          + " \"dynamic_thresholding_ratio\": 0.9")) {
                var settings =
                    new Settings(
                        scheduler, prediction, trained, spacing, offset, toOne, variance, bound);
                for (int steps : new int[] {1, 3, 7, 20}) {
                  assertDraws(settings, steps);
                }
              }
            }
          }
        }
      }
    }
  }

  private static void assertDraws(Settings settings, int steps) {
    var scheduler =
        SchedulerConfig.read(
            ComponentConfig.parse(Path.of("scheduler_config.json"), settings.json()));
    boolean learned = settings.variance.equals("learned_range");
    var pipeline =
        new DdpmPipeline(
            new ModelIdentity("toy", "", "", ""),
            new PixelDit(DitConfig.of(8, 2, 1, 32, 2), 0),
            new Toy(scheduler.parameterization(), learned),
            scheduler,
            1000,
            choices -> choices,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    var defaults = pipeline.card().stages().get(0).defaults().withSteps(steps);
    int[] timesteps = timesteps(settings, steps);
    if (timesteps[0] >= settings.trained) { // beyond the tables of diffusers too
      assertThatThrownBy(() -> pipeline.card().stages().get(0).plan(defaults))
          .as("%s, %s steps", settings, steps)
          .hasMessageStartingWith("offset: 1 (expected: at most 0");
      return;
    }
    float[] drawn =
        pipeline
            .draw(
                new ImageTask.Unconditional(OptionalInt.empty()),
                Map.of(DdpmPipeline.STAGE, defaults),
                List.of(NOISE),
                SamplingListener.NONE)
            .get(0)
            .pixels();
    double[] expected = drawn(settings, timesteps, scheduler.schedule());
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    double error = 0;
    for (int i = 0; i < VALUES; i++) {
      error = Math.max(error, Math.abs(drawn[i] - expected[i]));
    }
    assertThat(error / largest).as("%s, %s steps", settings, steps).isLessThan(TOLERANCE);
  }

  private static int[] timesteps(Settings settings, int steps) {
    int trained = settings.trained;
    int[] timesteps = new int[steps];
    for (int i = 0; i < steps; i++) {
      int back = steps - 1 - i;
      timesteps[i] =
          switch (settings.spacing) {
            case "leading" -> back * (trained / steps) + settings.offset;
            case "trailing" -> (int) Math.rint(trained - i * ((double) trained / steps)) - 1;
            default -> steps == 1 ? 0 : (int) Math.rint(back * ((trained - 1.0) / (steps - 1)));
          };
    }
    return timesteps;
  }

  private static double[] drawn(Settings settings, int[] timesteps, NoiseSchedule schedule) {
    boolean isDdim = settings.scheduler.equals("DDIMScheduler");
    double[] x = doubles(NOISE.gaussian(DdpmPipeline.STAGE, NoiseSource.INITIAL, VALUES));
    for (int i = 0; i < timesteps.length; i++) {
      int t = timesteps[i];
      int previous =
          isDdim
              ? t - settings.trained / timesteps.length
              : i + 1 < timesteps.length ? timesteps[i + 1] : -1;
      double alphaBar = schedule.alphaBar(t);
      double ended = isDdim && !settings.toOne ? schedule.alphaBar(0) : 1;
      double alphaBarPrevious = previous >= 0 ? schedule.alphaBar(previous) : ended;
      double signal = Math.sqrt(alphaBar);
      double sigma = Math.sqrt(1 - alphaBar);
      double[] x0 = new double[VALUES];
      double[] eps = new double[VALUES];
      for (int k = 0; k < VALUES; k++) {
        double output = Toy.output(x[k], t);
        switch (settings.prediction) {
          case "epsilon" -> {
            x0[k] = (x[k] - sigma * output) / signal;
            eps[k] = output;
          }
          case "sample" -> {
            x0[k] = output;
            eps[k] = (x[k] - signal * output) / sigma;
          }
          default -> {
            x0[k] = signal * x[k] - sigma * output;
            eps[k] = signal * output + sigma * x[k];
          }
        }
      }
      bound(settings.bound, x0);
      float[] z =
          !isDdim && t > 0 ? NOISE.gaussian(DdpmPipeline.STAGE, i, VALUES) : new float[VALUES];
      for (int k = 0; k < VALUES; k++) {
        x[k] =
            isDdim
                ? Math.sqrt(alphaBarPrevious) * x0[k] + Math.sqrt(1 - alphaBarPrevious) * eps[k]
                : posterior(settings, alphaBar, alphaBarPrevious, x0[k], x[k], z[k]);
      }
    }
    return x;
  }

  private static double posterior(
      Settings settings, double alphaBar, double alphaBarPrevious, double x0, double x, double z) {
    double alpha = alphaBar / alphaBarPrevious;
    double beta = 1 - alpha;
    double mean =
        Math.sqrt(alphaBarPrevious) * beta / (1 - alphaBar) * x0
            + Math.sqrt(alpha) * (1 - alphaBarPrevious) / (1 - alphaBar) * x;
    double small = Math.max((1 - alphaBarPrevious) / (1 - alphaBar) * beta, 1e-20);
    double share = (Toy.variance(x) + 1) / 2;
    double variance =
        switch (settings.variance) {
          case "fixed_large" -> beta;
          case "learned_range" -> Math.exp(share * Math.log(beta) + (1 - share) * Math.log(small));
          default -> small;
        };
    return mean + Math.sqrt(variance) * z;
  }

  private static void bound(String how, double[] x0) {
    if (how.contains("thresholding")) {
      double[] sizes = Arrays.stream(x0).map(Math::abs).sorted().toArray();
      double at = 0.9 * (VALUES - 1);
      double quantile = sizes[(int) at] + (at % 1) * (sizes[(int) at + 1] - sizes[(int) at]);
      double s = Math.min(Math.max(quantile, 1), 1.3);
      Arrays.setAll(x0, k -> Math.max(-s, Math.min(s, x0[k])) / s);
    } else if (!how.contains("false")) {
      double range = how.contains("0.7") ? 0.7 : 1;
      Arrays.setAll(x0, k -> Math.max(-range, Math.min(range, x0[k])));
    }
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, k -> values[k]);
    return doubles;
  }

  /** A network of one value at a time. */
  private record Toy(Parameterization parameterization, boolean learned)
      implements Denoiser<PixelLabel> {
    static double output(double x, double t) {
      return 0.9 * Math.tanh(0.8 * x + 0.3 * Math.sin(t));
    }

    static double variance(double x) {
      return Math.tanh(x);
    }

    @Override
    public List<Prediction> predict(List<Query<PixelLabel>> queries) {
      return queries.stream().map(this::answer).toList();
    }

    private Prediction answer(Query<PixelLabel> query) {
      float[] output = new float[VALUES];
      float[] variance = new float[VALUES];
      for (int k = 0; k < VALUES; k++) {
        output[k] = (float) output(query.xt()[k], query.t());
        variance[k] = (float) variance(query.xt()[k]);
      }
      return learned ? new Prediction(output, variance) : Prediction.of(output);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DDPMScheduler | \"variance_type\": \"learned\" | variance_type: \"learned\" (expected: one"
            + " of fixed_small, fixed_small_log, fixed_large, learned_range)",
        "DDPMScheduler | \"variance_type\": \"fixed_large_log\" | variance_type:"
            + " \"fixed_large_log\"",
        "DDPMScheduler | \"beta_schedule\": \"sigmoid\" | beta_schedule: \"sigmoid\"",
        "DDIMScheduler | \"rescale_betas_zero_snr\": true | rescale_betas_zero_snr: true",
        "DDIMScheduler | \"trained_betas\": [0.1] | trained_betas: [0.1]",
        "DDIMScheduler | \"prediction_type\": \"flow\" | prediction_type: \"flow\"",
        "DDIMScheduler | \"timestep_spacing\": \"karras\" | timestep_spacing: \"karras\"",
        "DDPMScheduler | \"clip_sample_range\": 0 | clip_sample_range: 0.0 (expected: > 0)",
        "DDPMScheduler | \"thresholding\": true, \"sample_max_value\": 0.5 | sample_max_value: 0.5",
        "DDPMScheduler | \"thresholding\": true, \"dynamic_thresholding_ratio\": 2 |"
            + " dynamic_thresholding_ratio: 2.0",
        "DDPMScheduler | \"new_thing\": 2 | unknown fields: new_thing",
        "PNDMScheduler | \"beta_end\": 0.02 | _class_name: PNDMScheduler (expected: one of"
            + " DDPMScheduler, DDIMScheduler, ScoreSdeVpScheduler, CMStochasticIterativeScheduler,"
            + " FlowMatchEulerDiscreteScheduler"
      })
  void whatIsNotDrawnAsItsClassDoesIsRefusedByName(String name, String field, String message) {
    var config =
        ComponentConfig.parse(
            Path.of("scheduler_config.json"), "{\"_class_name\": \"" + name + "\", " + field + "}");
    assertThatThrownBy(() -> SchedulerConfig.read(config))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }
}
