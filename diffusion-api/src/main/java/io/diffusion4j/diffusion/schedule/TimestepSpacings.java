package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.Timesteps.Start;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** The spacings of diffusers and OpenAI, under their names. */
public final class TimestepSpacings {
  /**
   * Evenly from T − 1 to 0, both included: diffusers' {@code UnCLIPScheduler}. For n = 1, where the
   * reference divides by zero, this spacing gives T − 1.
   */
  public static final TimestepSpacing UNCLIP =
      checked(
          (trainSteps, n) ->
              n == 1 ? Timesteps.of(trainSteps - 1) : linspace(trainSteps, n, n - 1));

  /**
   * Evenly from T − 1 to 0, both included; with one step, the timestep is 0, as in NumPy. {@code
   * linspace} in diffusers: rounded for DDPM and DDIM, {@linkplain Timesteps#times() unrounded} for
   * Euler and Heun.
   */
  public static final TimestepSpacing LINSPACE =
      checked(
          (trainSteps, n) -> {
            List<Integer> rounded = linspace(trainSteps, n, n - 1).values();
            int last = trainSteps - 1;
            int intervals = Math.max(1, n - 1);
            List<Double> times =
                IntStream.range(0, n)
                    .mapToObj(i -> (double) last * (n - 1 - i) / intervals)
                    .toList();
            return new Timesteps(rounded, times).startingFrom(Start.NOISE);
          });

  /**
   * Evenly from T − 1 to one stride above 0; {@code linspace} in diffusers for DPM-Solver++, which
   * ends at the clean sample anyway.
   */
  public static final TimestepSpacing LINSPACE_ABOVE_ZERO =
      checked(
          (trainSteps, n) -> {
            Check.that(n < trainSteps, "steps", n, "in [1, %s]", trainSteps - 1);
            double stride = (trainSteps - 1.0) / n;
            return descending(rounded(n, i -> (i + 1) * stride));
          });

  /** 0, r, 2r, … with r = ⌊T/n⌋: {@code leading} in diffusers. */
  public static final TimestepSpacing LEADING = leading(0);

  /**
   * T − 1, T − 1 − T/n, …: {@code trailing} in diffusers. Starts at the noisiest timestep and ends
   * one stride above the clean sample (Lin et al. 2024, §3.3).
   */
  public static final TimestepSpacing TRAILING =
      checked(
          (trainSteps, n) -> {
            double stride =
                trainSteps - (trainSteps - (double) trainSteps / n); // as np.arange does
            return new Timesteps(
                    rounded(n, i -> trainSteps - i * stride).stream().map(t -> t - 1).toList())
                .startingFrom(Start.NOISE);
          });

  /**
   * 0, i, 2i, … with the first whole stride i that gives exactly n: OpenAI's {@code "ddimN"}. There
   * may be none.
   */
  public static final TimestepSpacing STRIDED = checked(TimestepSpacings::strided);

  /** One section of {@link SectionSpacing}: evenly spaced, both ends included. */
  public static final TimestepSpacing SECTIONS = checked(SectionSpacing::sections);

  /** The number of feasible step counts that an error suggests. */
  private static final int SUGGESTIONS = 4;

  private TimestepSpacings() {}

  /** Returns the spacings by name. */
  public static ByName<TimestepSpacing> standard() {
    return new ByName<>(
        "spacing",
        Map.of(
            "ddim", STRIDED,
            "leading", LEADING,
            "linspace", LINSPACE,
            "sections", SECTIONS,
            "trailing", TRAILING,
            "unclip", UNCLIP));
  }

  /**
   * Returns {@link #LEADING} plus an offset. The noisiest timesteps are left out.
   *
   * @param offset added to each, at least 0; 1 for Stable Diffusion
   */
  public static TimestepSpacing leading(int offset) {
    Check.that(offset >= 0, "offset", offset, "≥ 0");
    return checked(
        (trainSteps, n) -> {
          int stride = trainSteps / n;
          int most = trainSteps - 1 - (n - 1) * stride;
          Check.that(
              offset <= most,
              "offset",
              offset,
              "at most %s for %s of %s steps",
              most,
              n,
              trainSteps);
          return descending(IntStream.range(0, n).mapToObj(i -> i * stride + offset).toList())
              .startingFrom(Start.DATA);
        });
  }

  /**
   * Returns {@link #leading(int)} with a stride of r = ⌊T/(n+1)⌋ and without its last timestep:
   * n·r, …, 2r, r, plus an offset; {@code leading} in diffusers for DPM-Solver++.
   *
   * @param offset added to each, at least 0
   */
  public static TimestepSpacing leadingAboveZero(int offset) {
    Check.that(offset >= 0, "offset", offset, "≥ 0");
    return checked(
        (trainSteps, n) -> {
          int stride = trainSteps / (n + 1);
          Check.that(stride > 0, "steps", n, "in [1, %s]", trainSteps - 1);
          int most = trainSteps - 1 - n * stride;
          Check.that(offset <= most, "offset", offset, "at most %s for %s steps", most, n);
          return descending(IntStream.rangeClosed(1, n).mapToObj(i -> i * stride + offset).toList())
              .startingFrom(Start.DATA);
        });
  }

  /**
   * Returns n of the timesteps for which a network was distilled: of k − 1, 2k − 1, … with k =
   * ⌊T/steps⌋, the entries ⌊i·steps/n⌋ from the noisiest (diffusers' {@code LCMScheduler}).
   *
   * @param steps the number of steps of the distilled solver, {@code original_inference_steps}; 50
   *     in published models
   * @param strength the share of them that is left from an image, in (0, 1]
   */
  public static TimestepSpacing distilled(int steps, double strength) {
    Check.positive("steps", steps);
    Check.that(strength > 0 && strength <= 1, "strength", strength, "in (0, 1]");
    return checked(
        (trainSteps, n) -> {
          Check.that(steps <= trainSteps, "original_inference_steps", steps, "≤ %s", trainSteps);
          int stride = trainSteps / steps;
          int left = (int) (steps * strength);
          Check.between("steps", n, 1, left);
          // As np.linspace does, also where ⌊i·left/n⌋ is higher
          double entries = (double) left / n;
          return new Timesteps(
              IntStream.range(0, n)
                  .mapToObj(i -> (left - (int) (i * entries)) * stride - 1)
                  .toList());
        });
  }

  /** Returns explicitly listed timesteps; only their exact number can be picked. */
  public static TimestepSpacing listed(Timesteps timesteps) {
    return checked(
        (trainSteps, n) -> {
          int size = timesteps.size();
          Check.that(n == size, "steps", n, "%s, as many as are listed", size);
          timesteps.requireBelow(trainSteps);
          return timesteps;
        });
  }

  /**
   * Returns another spacing, restricted to the timesteps whose half log-SNR λ = ln √ᾱ − ln √(1−ᾱ)
   * is at least {@code minLambda}. The cosine schedule ends in a few timesteps of almost pure
   * noise, across which a step of DPM-Solver++ is too long; diffusers recommends −5.1 for it
   * ({@code lambda_min_clipped}).
   */
  public static TimestepSpacing truncated(
      TimestepSpacing inner, NoiseSchedule schedule, double minLambda) {
    int kept = schedule.steps();
    while (kept > 0 && schedule.level(kept - 1).lambda() < minLambda) {
      kept--;
    }
    double largest = schedule.level(0).lambda();
    Check.that(kept != 0, "minLambda", minLambda, "at most %s, the schedule's largest", largest);
    int most = kept;
    return (trainSteps, n) -> inner.of(Math.min(trainSteps, most), n);
  }

  private static TimestepSpacing checked(TimestepSpacing spacing) {
    return (trainSteps, n) -> {
      Check.that(trainSteps >= 1, "trainSteps", trainSteps, "≥ 1");
      Check.between("steps", n, 1, trainSteps);
      return spacing.of(trainSteps, n);
    };
  }

  private static Timesteps linspace(int trainSteps, int n, int intervals) {
    double stride = intervals == 0 ? 0 : (trainSteps - 1.0) / intervals;
    return descending(rounded(n, i -> i * stride));
  }

  private static Timesteps strided(int trainSteps, int n) {
    return IntStream.range(1, Math.max(2, trainSteps))
        .filter(stride -> multiples(trainSteps, stride) == n)
        .mapToObj(stride -> descending(IntStream.range(0, n).mapToObj(i -> i * stride).toList()))
        .findFirst()
        .orElseThrow(
            () ->
                Check.refusal(
                    "steps",
                    n,
                    "a whole stride through %s, such as %s",
                    trainSteps,
                    nearby(trainSteps, n)));
  }

  /** Returns the number of multiples of the stride in 0, …, trainSteps − 1. */
  private static int multiples(int trainSteps, int stride) {
    return (trainSteps + stride - 1) / stride;
  }

  private static List<Integer> nearby(int trainSteps, int n) {
    return IntStream.range(1, trainSteps)
        .map(stride -> multiples(trainSteps, stride))
        .distinct()
        .boxed()
        .sorted((a, b) -> Integer.compare(Math.abs(a - n), Math.abs(b - n)))
        .limit(SUGGESTIONS)
        .sorted()
        .toList();
  }

  /** Returns the n values of {@code at}, rounded half to even as Python and NumPy do. */
  private static List<Integer> rounded(int n, IntToDoubleFunction at) {
    return IntStream.range(0, n).mapToObj(i -> (int) Math.rint(at.applyAsDouble(i))).toList();
  }

  /** Returns timesteps from the ascending values. */
  static Timesteps descending(List<Integer> ascending) {
    List<Integer> values = new ArrayList<>(ascending);
    Collections.reverse(values);
    return new Timesteps(values);
  }
}
