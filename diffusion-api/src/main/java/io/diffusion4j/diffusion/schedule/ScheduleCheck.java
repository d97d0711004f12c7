package io.diffusion4j.diffusion.schedule;

import static io.diffusion4j.diffusion.schedule.NoiseSchedule.CLEAN;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Examines a noise schedule that a user has written. {@link #valid} refuses what is none; {@link
 * #remarks} describes what draws worse pictures.
 */
public final class ScheduleCheck {
  /** The rounding of formulas that are 1 for the clean sample. */
  private static final double ROUNDING = 1e-6;

  /** The largest ᾱ of the last timestep: that of Stable Diffusion is 0.0047. */
  private static final double LAST = 0.01;

  /** A fall of √ᾱ in one step: more than this, and than the mean fall times {@link #MEAN_FALLS}. */
  private static final double JUMP = 0.05;

  private static final int MEAN_FALLS = 10;

  private static final System.Logger LOG = System.getLogger(ScheduleCheck.class.getName());
  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

  private ScheduleCheck() {}

  /**
   * Returns the schedule.
   *
   * @throws IllegalArgumentException naming the first timestep whose ᾱ is not below that of the one
   *     before it or not in (0, 1], or if ᾱ of the clean sample is not 1. The last ᾱ may be 0
   */
  public static <S extends NoiseSchedule> S valid(S schedule) {
    Check.that(schedule.steps() >= 1, "steps", schedule.steps(), "≥ 1");
    double before = schedule.alphaBar(CLEAN);
    Check.that(
        Math.abs(before - 1) <= ROUNDING,
        name(CLEAN),
        before,
        "1, as the clean sample has no noise");
    for (int t = 0; t < schedule.steps(); t++) {
      double alphaBar = schedule.alphaBar(t);
      boolean mayBeZero = t == schedule.steps() - 1;
      String range = mayBeZero ? "in [0, 1]" : "in (0, 1], and 0 at the last timestep only";
      Check.that(
          alphaBar <= 1 && (alphaBar > 0 || (mayBeZero && alphaBar == 0)),
          name(t),
          alphaBar,
          "%s",
          range);
      Check.that(alphaBar < before, name(t), alphaBar, "less than %s, %s", name(t - 1), before);
      before = alphaBar;
    }
    return schedule;
  }

  /**
   * Returns what is doubtful in a valid schedule, a line each: too much signal at the last
   * timestep, so that drawing starts from noise that no network has seen (Lin et al. 2024, §3.1),
   * and jumps.
   */
  public static List<String> remarks(NoiseSchedule schedule) {
    List<String> remarks = new ArrayList<>();
    int last = schedule.steps() - 1;
    double first = sqrt(schedule.alphaBar(CLEAN));
    double end = schedule.alphaBar(last);
    double most = Math.max(JUMP, MEAN_FALLS * (first - sqrt(end)) / schedule.steps());
    for (int t = 0; t <= last; t++) {
      double fall = sqrt(schedule.alphaBar(t - 1)) - sqrt(schedule.alphaBar(t));
      if (fall > most) {
        String wanted = "the root %s below that of %s at most, not %s";
        remarks.add(
            Check.message(
                name(t),
                schedule.alphaBar(t),
                wanted.formatted(rounded(most), name(t - 1), rounded(fall))));
      }
    }
    if (end > LAST) {
      remarks.add(
          Check.message(
              name(last), end, "near 0, such as 0.0047: drawing starts from noise without signal"));
    }
    return remarks;
  }

  /**
   * Logs the {@link #remarks} as warnings, each line once.
   *
   * @param user what uses the schedule, such as the name of a stage
   */
  public static void logRemarks(String user, NoiseSchedule schedule) {
    for (String remark : remarks(schedule)) {
      String line = user + ": noise schedule: " + remark;
      if (LOGGED.add(line)) {
        LOG.log(System.Logger.Level.WARNING, line);
      }
    }
  }

  private static String name(int t) {
    return "alphaBar(" + t + ")";
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
