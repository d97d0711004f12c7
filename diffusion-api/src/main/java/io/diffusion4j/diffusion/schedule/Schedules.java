package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.ByName;
import java.util.Map;
import java.util.function.IntFunction;

/** Noise schedules by name, as functions of T, the number of timesteps. */
public final class Schedules {
  // The ends of β in diffusers, and those of Stable Diffusion.
  private static final double FIRST = 1e-4;
  private static final double LAST = 0.02;
  private static final double LATENT_FIRST = 0.00085;
  private static final double LATENT_LAST = 0.012;

  private Schedules() {}

  /**
   * Returns the schedules of this package, in full precision. Where the ends of β can be chosen
   * they are OpenAI's, from 1e-4 to 0.02 for 1000 timesteps and scaled by 1000/T for others; {@code
   * scaled-linear} has those of Stable Diffusion.
   */
  public static ByName<IntFunction<NoiseSchedule>> standard() {
    return new ByName<>(
        "schedule",
        Map.ofEntries(
            Map.entry("constant", steps -> BetaSchedule.constant(steps, last(steps))),
            Map.entry("cosine", CosineSchedule::new),
            Map.entry("jsd", BetaSchedule::jsd),
            Map.entry("linear", LinearSchedule::new),
            Map.entry("quadratic", Schedules::quadratic),
            Map.entry("scaled-linear", steps -> latent(steps, TableRounding.FLOAT64)),
            Map.entry("scaled-linear-zero-snr", steps -> zeroSnr(steps, TableRounding.FLOAT64)),
            Map.entry("sigmoid", Schedules::sigmoid),
            Map.entry("warmup10", steps -> warmup(steps, 0.1)),
            Map.entry("warmup50", steps -> warmup(steps, 0.5))));
  }

  /**
   * Returns the schedules of diffusers under its own names ({@code beta_schedule}), as it computes
   * them: in float32, β from 1e-4 to 0.02 for any number of timesteps, {@code scaled_linear} from
   * 0.00085 to 0.012.
   */
  public static ByName<IntFunction<NoiseSchedule>> diffusers() {
    TableRounding precision = TableRounding.FLOAT32;
    return new ByName<>(
        "schedule",
        Map.of(
            "linear", steps -> new LinearSchedule(steps, FIRST, LAST, precision),
            "scaled_linear", steps -> latent(steps, precision),
            "sigmoid", steps -> BetaSchedule.sigmoid(steps, FIRST, LAST, precision),
            "squaredcos_cap_v2", steps -> new CosineSchedule(steps, precision)));
  }

  private static NoiseSchedule quadratic(int steps) {
    return BetaSchedule.scaledLinear(steps, first(steps), last(steps), TableRounding.FLOAT64);
  }

  private static NoiseSchedule sigmoid(int steps) {
    return BetaSchedule.sigmoid(steps, first(steps), last(steps), TableRounding.FLOAT64);
  }

  private static NoiseSchedule warmup(int steps, double share) {
    return BetaSchedule.warmup(steps, first(steps), last(steps), share);
  }

  private static NoiseSchedule latent(int steps, TableRounding precision) {
    return BetaSchedule.scaledLinear(steps, LATENT_FIRST, LATENT_LAST, precision);
  }

  private static NoiseSchedule zeroSnr(int steps, TableRounding precision) {
    return ZeroTerminalSnr.of(latent(steps, precision), precision);
  }

  private static double first(int steps) {
    return LinearSchedule.scale(steps) * FIRST;
  }

  private static double last(int steps) {
    return LinearSchedule.scale(steps) * LAST;
  }
}
