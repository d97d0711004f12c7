package io.diffusion4j.data.files;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Expands names with braces to several names, as shells and webdataset do. */
final class Braces {
  private static final Pattern BRACES = Pattern.compile("\\{([^{}]*)}");
  private static final Pattern RANGE = Pattern.compile("(\\d{1,9})\\.\\.(\\d{1,9})");
  private static final int MOST = 1_000_000;

  private Braces() {}

  /** {@code a{00..02}.tar} is three names, {@code {a,b}::c} too. */
  static List<String> expanded(String pattern) {
    List<String> all = new ArrayList<>();
    for (String one : pattern.split("::", -1)) {
      expand(one, all);
    }
    return all;
  }

  private static void expand(String pattern, List<String> all) {
    Matcher braces = BRACES.matcher(pattern);
    if (!braces.find()) {
      all.add(pattern);
      return;
    }
    for (String choice : choices(braces.group(1))) {
      expand(pattern.substring(0, braces.start()) + choice + pattern.substring(braces.end()), all);
      if (all.size() > MOST) {
        throw new IllegalArgumentException(
            "pattern: " + pattern + " (expected: at most " + MOST + " names)");
      }
    }
  }

  private static List<String> choices(String inside) {
    Matcher range = RANGE.matcher(inside);
    if (!range.matches()) {
      return List.of(inside.split(",", -1));
    }
    int from = Integer.parseInt(range.group(1));
    int to = Integer.parseInt(range.group(2));
    if (from > to || to - from >= MOST) {
      throw new IllegalArgumentException(
          "range: {" + inside + "} (expected: upwards, of at most " + MOST + " numbers)");
    }
    String format = range.group(1).startsWith("0") ? "%0" + range.group(1).length() + "d" : "%d";
    List<String> choices = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      choices.add(format.formatted(i));
    }
    return choices;
  }
}
