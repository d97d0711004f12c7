package io.diffusion4j.diffusion.guidance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.PlanRow;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.TableRounding;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DpmSolverPlusPlus;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuiderTest {
  private static final double TOLERANCE = 1e-5;

  /** Answers by condition and row of the plan, and records the requested conditions. */
  private static final class Recorded implements Denoiser<String> {
    final List<String> asked = new ArrayList<>();
    private final Parameterization predicted;
    private final BiFunction<String, Query<String>, float[]> answers;

    Recorded(Parameterization predicted, BiFunction<String, Query<String>, float[]> answers) {
      this.predicted = predicted;
      this.answers = answers;
    }

    @Override
    public Parameterization parameterization() {
      return predicted;
    }

    @Override
    public List<Prediction> predict(List<Query<String>> queries) {
      queries.forEach(query -> asked.add(query.condition()));
      return queries.stream()
          .map(query -> Prediction.of(answers.apply(query.condition(), query)))
          .toList();
    }
  }

  private static int row(Query<?> query) {
    return query.row().orElseThrow().index();
  }

  /** The guider of a case, and the project's scale for it: 1 above the original formulation's. */
  private record Asked(String guider, double scale) {
    static Asked of(JsonNode run) {
      JsonNode config = run.get("config");
      boolean original = config.path("use_original_formulation").asBoolean();
      String common =
          "rescale=%s,start=%s,stop=%s,original=%s"
              .formatted(
                  config.path("guidance_rescale").asDouble(0),
                  config.path("start").asDouble(0),
                  config.path("stop").asDouble(1),
                  original ? 1 : 0);
      String own =
          switch (run.get("guider").asText()) {
            case "ClassifierFreeGuidance", "AutoGuidance" -> "cfg:";
            case "ClassifierFreeZeroStarGuidance" ->
                "cfg-zero:zero_steps=" + config.path("zero_init_steps").asInt(1) + ",";
            case "TangentialClassifierFreeGuidance" -> "tangential:";
            case "MagnitudeAwareGuidance" ->
                "magnitude-aware:alpha=" + config.path("alpha").asDouble(8) + ",";
            case "AdaptiveProjectedGuidance" -> projected(config, 0, 15, 1) + ",";
            case "AdaptiveProjectedMixGuidance" ->
                projected(config, -0.5, 10, 0)
                    + ",cfg_steps="
                    + (config.get("adaptive_projected_guidance_start_step").asInt() + 1)
                    + ",cfg_scale="
                    + config.path("guidance_scale").asDouble(3.5)
                    + ",";
            case "PerturbedAttentionGuidance" ->
                weak(config, "perturbed_guidance_") + "weaker=attention,";
            case "SkipLayerGuidance" ->
                weak(config, "skip_layer_guidance_") + "weaker=block,layers=1+2,";
            case "SmoothedEnergyGuidance" -> weak(config, "seg_guidance_");
            default -> throw new IllegalArgumentException(run.get("guider").asText());
          };
      boolean mix = run.get("guider").asText().startsWith("AdaptiveProjectedMix");
      double scale =
          mix
              ? config.path("adaptive_projected_guidance_scale").asDouble(10)
              : config.get("guidance_scale").asDouble();
      return new Asked(own + common, original ? scale + 1 : scale);
    }

    private static String weak(JsonNode config, String prefix) {
      return "cfg:weak=%s,weak_start=%s,weak_stop=%s,"
          .formatted(
              config.path(prefix + "scale").asDouble(2.8),
              config.path(prefix + "start").asDouble(0.01),
              config.path(prefix + "stop").asDouble(0.2));
    }

    private static String projected(JsonNode config, double momentum, double rescale, double eta) {
      String prefix = "adaptive_projected_guidance_";
      return "apg:momentum=%s,threshold=%s,eta=%s,group=%s"
          .formatted(
              config.path(prefix + "momentum").asDouble(momentum),
              config.path(prefix + "rescale").asDouble(rescale),
              config.path("eta").asDouble(eta),
              config.has(prefix + "norm_dim") ? 3 : 0);
    }
  }

  @GoldenTest(GoldenKind.GUIDER)
  void everyStepIsTheReferences(GoldenCase golden) {
    var asked = Asked.of(golden.json());
    GoldenTensors io = golden.io();
    int steps = golden.json().get("steps").asInt();
    var plan = new SamplingPlan.Builder();
    for (int i = 0; i < steps; i++) {
      plan.add(steps - 1 - i, 0.5, Update.ZERO.plusX(1));
    }
    var rows = plan.build();
    int images = io.size("step00.cond", 0);
    var network =
        new Recorded(
            Parameterization.V,
            (name, query) -> {
              String what = query.perturbation().isPresent() ? "perturbed" : name.substring(1);
              return image(io, row(query), what, name.charAt(0) - '0');
            });
    var weaker =
        new Recorded(
            Parameterization.V,
            (name, query) -> image(io, row(query), "perturbed", name.charAt(0) - '0'));
    var guided = new GuidedDenoiser<>(network, Optional.of(weaker));
    var guider = Guider.parse(asked.guider());
    List<Guidance<String>> conditions = new ArrayList<>();
    for (int image = 0; image < images; image++) {
      var scale = GuidanceScale.constant(asked.scale());
      conditions.add(new Guidance<>(image + "cond", image + "uncond", scale, guider.begin()));
    }
    for (int i = 0; i < steps; i++) {
      int step = i;
      network.asked.clear();
      weaker.asked.clear();
      float[] x = new float[image(io, i, "cond", 0).length];
      var answers =
          guided.predict(
              conditions.stream()
                  .map(c -> new Query<>(x, 0, c).withRow(new PlanRow(rows, step)))
                  .toList());
      for (int image = 0; image < images; image++) {
        assertClose(
            answers.get(image).output(),
            image(io, i, "out", image),
            TOLERANCE * io.largest(key(i, "out")));
      }
      boolean isZero = guider.method() == Guider.Method.CFG_ZERO && i < guider.value("zero_steps");
      assertThat(network.asked.size() + weaker.asked.size())
          .isEqualTo(isZero ? 0 : images * golden.json().get("needs").get(i).size());
    }
  }

  /** Channels last, or tokens as they are. */
  private static float[] image(GoldenTensors io, int step, String what, int image) {
    String key = key(step, what);
    if (io.shape(key).size() < 4) {
      return io.row(key, image);
    }
    float[] all = io.image(key);
    int size = all.length / io.size(key, 0);
    return Arrays.copyOfRange(all, image * size, (image + 1) * size);
  }

  private static String key(int step, String what) {
    return String.format("step%02d.%s", step, what);
  }

  private static void assertClose(float[] actual, float[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(tolerance));
    }
  }

  @GoldenTest(GoldenKind.CFG_PLUS_PLUS)
  void plusPlusIsGuidanceWithAScaleOfThePlan(GoldenCase golden) {
    GoldenTensors io = golden.io();
    var schedule = new CosineSchedule(1000, TableRounding.FLOAT32);
    int[] times =
        IntStream.range(0, io.size("timesteps", 0))
            .map(i -> (int) io.values("timesteps")[i])
            .toArray();
    var plan = new DdimSampler(0, EpsSource.NETWORK).plan(schedule, Timesteps.of(times));
    for (int own = 0; own < io.size("in.noise", 0); own++) {
      int image = own;
      var guided =
          new GuidedDenoiser<>(
              new Recorded(
                  Parameterization.EPS,
                  (name, query) -> io.row(key(row(query), "eps_" + name), image)));
      var condition =
          new Guidance<>(
              "cond",
              "uncond",
              GuidanceScale.constant(golden.json().get("lambda").asDouble()),
              Guider.parse("cfg++").begin());
      for (int i = 0; i < times.length; i++) {
        float[] x = io.row(i == 0 ? "in.noise" : key(i - 1, "x"), image);
        var step = plan.steps().get(i);
        var query = new Query<>(x, step.t(), condition).withRow(new PlanRow(plan, i));
        float[] eps = guided.predict(List.of(query)).get(0).output();
        var level = new NoiseLevel(step.alphaBar());
        double[] next = new double[x.length];
        for (int k = 0; k < x.length; k++) {
          double x0 = (x[k] - level.noise() * eps[k]) / level.signal();
          next[k] = step.update().x0() * x0 + step.update().eps() * eps[k];
        }
        // From almost pure noise, √(1/ᾱ) multiplies the rounding of ε to a float.
        double tolerance =
            1e-6 * io.largest(key(i, "x")) + 1e-7 * step.update().x0() * level.sigma();
        for (int k = 0; k < x.length; k++) {
          assertThat(next[k]).isCloseTo(io.row(key(i, "x"), image)[k], within(tolerance));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cfg:start=0.5", "cfg:rescale=0.7", "apg", "tangential", "cfg-zero"})
  void atScaleOneOrOutsideItsWindowTheConditionalNetworkIsAskedAlone(String text) {
    var plan = plan(10);
    var network = new Recorded(Parameterization.EPS, (name, query) -> new float[] {1, 2});
    var guided = new GuidedDenoiser<>(network);
    double scale = text.contains("start") ? 3 : 1;
    int first = text.equals("cfg-zero") ? 1 : 0;
    var condition =
        new Guidance<>("c", "u", GuidanceScale.constant(scale), Guider.parse(text).begin());
    float[] x = {0, 0};
    guided.predict(List.of(new Query<>(x, 5, condition).withRow(new PlanRow(plan, first))));
    assertThat(network.asked).containsExactly("c");
  }

  @Test
  void aStepOfZeroVelocityMixesNothing() {
    var plan = plan(10);
    for (Parameterization predicted : Parameterization.values()) {
      var network = new Recorded(predicted, (name, query) -> new float[2]);
      var condition =
          new Guidance<>("c", "u", GuidanceScale.constant(3), Guider.parse("cfg-zero").begin());
      var trajectory =
          new Trajectory(
              plan, predicted, Thresholding.NONE, new float[] {1, -2}, i -> new float[2]);
      Query<Guidance<String>> query = trajectory.query(condition);
      trajectory.advance(new GuidedDenoiser<>(network).predict(List.of(query)).get(0));
      assertThat(network.asked).isEmpty();
      var level = new NoiseLevel(plan.steps().get(0).alphaBar());
      double factor = 1 / (level.signal() + level.noise());
      assertThat((double) trajectory.x0()[0]).as("%s", predicted).isCloseTo(factor, within(1e-4));
    }
  }

  /** In x₀, the network's own parameterization does not matter. */
  @Test
  void inTheSpaceOfX0EveryParameterizationIsGuidedAlike() {
    var plan = plan(10);
    double alphaBar = plan.steps().get(3).alphaBar();
    float[] x = {0.4f, -1.1f, 0.3f};
    double[][] x0 = {{0.5, -0.2, 0.1}, {0.1, 0.3, -0.4}};
    List<double[]> all = new ArrayList<>();
    for (var predicted : List.of(Parameterization.EPS, Parameterization.X0, Parameterization.V)) {
      var from = Conversion.of(predicted, alphaBar);
      var network =
          new Recorded(
              predicted,
              (name, query) -> {
                float[] out = new float[x.length];
                for (int i = 0; i < out.length; i++) {
                  double clean = x0[name.equals("c") ? 0 : 1][i];
                  out[i] = (float) ((clean - from.x0FromX() * x[i]) / from.x0FromOutput());
                }
                return out;
              });
      var guider = Guider.parse("apg:threshold=0.3,eta=0.2,rescale=0.5,space=x0");
      var condition = new Guidance<>("c", "u", GuidanceScale.constant(4), guider.begin());
      var query = new Query<>(x, 3, condition).withRow(new PlanRow(plan, 3));
      float[] out = new GuidedDenoiser<>(network).predict(List.of(query)).get(0).output();
      double[] clean = new double[x.length];
      for (int i = 0; i < clean.length; i++) {
        clean[i] = from.x0(x[i], out[i]);
      }
      all.add(clean);
    }
    for (double[] clean : all) {
      for (int i = 0; i < clean.length; i++) {
        assertThat(clean[i]).isCloseTo(all.get(1)[i], within(1e-5));
      }
    }
  }

  private static SamplingPlan plan(int steps) {
    return new DdimSampler(0)
        .plan(new LinearSchedule(1000), TimestepSpacings.LINSPACE.of(1000, steps));
  }

  @ParameterizedTest
  @CsvSource({
    "linear, 1, 3, 2",
    "cosine, 1, 3, 2",
    "cogvideox, 1, 3, 1.0481",
  })
  void aRampLeadsFromOneToTheScale(String shape, double noisy, double clean, double middle) {
    var scale = Guider.parse("cfg:ramp=" + shape).scale(GuidanceScale.constant(3), 1001);
    assertThat(scale.at(1000)).isCloseTo(noisy, within(1e-9));
    assertThat(scale.at(0)).isCloseTo(clean, within(1e-9));
    assertThat(scale.at(500)).isCloseTo(middle, within(0.05));
  }

  @Test
  void plusPlusRefusesWhatItCannotDo() {
    var guider = Guider.parse("cfg++");
    var two = GuidanceScale.constant(2);
    var half = GuidanceScale.constant(0.5);
    var multistep =
        new DpmSolverPlusPlus(2)
            .plan(new LinearSchedule(1000), TimestepSpacings.LINSPACE.of(1000, 5));
    guider.check(plan(5), half, Thresholding.NONE);
    assertThatThrownBy(() -> guider.check(plan(5), two, Thresholding.NONE))
        .hasMessage("guidanceScale: 2.0 (expected: 0 to 1, the λ of cfg++)");
    var interval = new GuidanceInterval(half, 100, 500);
    var ramp = Guider.parse("cfg++:ramp=linear");
    for (Executable refused :
        List.<Executable>of(
            () -> guider.check(plan(5), interval, Thresholding.NONE),
            () -> ramp.check(plan(5), half, Thresholding.NONE))) {
      assertThatThrownBy(refused::execute)
          .hasMessage(
              "guidanceScale: of an interval or a ramp (expected: one λ for all steps, with the"
                  + " guider cfg++; its start and stop choose the steps)");
    }
    assertThatThrownBy(() -> guider.check(plan(5), half, Thresholding.clip(1)))
        .hasMessage("thresholding: of x̂₀ (expected: none, with the guider cfg++)");
    assertThatThrownBy(() -> guider.check(multistep, half, Thresholding.NONE))
        .hasMessageStartingWith("sampler: one with a memory (expected: ddim, ");
    Guider.parse("apg").check(multistep, two, Thresholding.clip(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "apq | guider: apq (expected: one of cfg, apg, cfg++, cfg-zero, tangential,"
            + " magnitude-aware)",
        "cfg:eta=1 | guider: eta (expected: of cfg: rescale, start, stop, original, weak,"
            + " weak_start, weak_stop, weaker, layers, ramp or space)",
        "cfg:weaker=block | guider: weak=0 (expected: weak above 0 beside weaker)",
        "cfg:weak=1,weaker=half | guider: weaker=half (expected: weaker one of model, attention,"
            + " block)",
        "cfg:weak=1,layers=3 | guider: layers (expected: weaker=attention or weaker=block beside"
            + " layers)",
        "cfg:weak=1,weaker=block,layers=-3 | guider: layers=-3 (expected: numbers of layers, such"
            + " as layers=2+3)",
        "cfg:rescale=2 | guider: rescale=2 (expected: rescale from 0.0 to 1.0)",
        "cfg:rescale | guider: rescale= (expected: rescale from 0.0 to 1.0)",
        "cfg:ramp=up | guider: ramp=up (expected: ramp one of constant, linear, cosine, cogvideox)",
      })
  void badInputGetsOneClearError(String text, String message) {
    assertThatThrownBy(() -> Guider.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThat(message)
        .endsWith("(expected: " + Guider.expectedInsteadOf(text).orElseThrow() + ")");
    assertThat(Guider.expectedInsteadOf("apg:momentum=-0.5,space=x0")).isEmpty();
  }
}
