package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * OpenAI's respacing: the timesteps are cut into sections of equal size, and each section gets its
 * own number of evenly spaced steps, both ends included (Nichol &amp; Dhariwal 2021, §4; {@code
 * space_timesteps}).
 */
public final class SectionSpacing {
  /** The section counts of GLIDE's {@code "fast27"}. */
  private static final int[] FAST27 = {10, 10, 3, 2, 2};

  private SectionSpacing() {}

  /**
   * Returns the timesteps by sections, the cleanest first.
   *
   * @param trainSteps T
   * @param counts how many steps of each section
   */
  public static Timesteps sections(int trainSteps, int... counts) {
    return TimestepSpacings.descending(ascending(trainSteps, counts));
  }

  /**
   * Parses timesteps in OpenAI's notation: {@code "ddim50"}, {@code "fast27"}, section counts such
   * as {@code "10,10,3,2,2"} or {@code "250"}; empty for all.
   */
  public static Timesteps parse(int trainSteps, String spec) {
    String trimmed = spec.trim();
    if (trimmed.isEmpty()) {
      return sections(trainSteps, trainSteps);
    }
    if (trimmed.equals("fast27")) {
      List<Integer> values = new ArrayList<>(ascending(trainSteps, FAST27));
      int last = values.size() - 1;
      values.set(last, values.get(last) - 2); // GLIDE avoids the very last timesteps
      return TimestepSpacings.descending(values);
    }
    if (trimmed.startsWith("ddim")) {
      return TimestepSpacings.STRIDED.of(trainSteps, number(spec, trimmed.substring(4)));
    }
    return sections(
        trainSteps,
        Arrays.stream(trimmed.split(",", -1)).mapToInt(count -> number(spec, count)).toArray());
  }

  private static int number(String spec, String digits) {
    try {
      return Integer.parseInt(digits.trim());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "respacing: \""
              + spec
              + "\" (expected: \"ddimN\", \"fast27\" or section counts such as \"10,10,3,2,2\")",
          e);
    }
  }

  private static List<Integer> ascending(int trainSteps, int... counts) {
    Check.that(
        counts.length != 0 && counts.length <= trainSteps,
        "sections",
        counts.length,
        "in [1, %s]",
        trainSteps);
    List<Integer> values = new ArrayList<>();
    int start = 0;
    for (int section = 0; section < counts.length; section++) {
      int size = trainSteps / counts.length + (section < trainSteps % counts.length ? 1 : 0);
      int count = counts[section];
      Check.that(
          count >= 0 && count <= size,
          "steps",
          count + " in section " + section,
          "in [0, %s], the size of the section",
          size);
      double stride = count <= 1 ? 1 : (size - 1.0) / (count - 1);
      double at = 0; // accumulated, not multiplied: ties must fall as they do in the reference
      for (int i = 0; i < count; i++) {
        values.add(start + (int) Math.rint(at));
        at += stride;
      }
      start += size;
    }
    Check.that(!values.isEmpty(), "steps", "0 in all sections", "≥ 1");
    return values;
  }
}
