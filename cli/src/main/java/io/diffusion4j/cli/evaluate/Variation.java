package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.options.SamplingOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An option and the values that it takes one after the other. */
record Variation(String name, List<String> values) {
  /** The option whose values are folders. */
  static final String MODEL = "model";

  private static final List<String> NAMES = SamplingOptions.ofUnclip("").names();

  Variation {
    values = List.copyOf(values);
    if (!name.equals(MODEL) && !NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "vary: " + name + " (expected: one of " + MODEL + ", " + String.join(", ", NAMES) + ")");
    }
    if (values.size() < 2
        || values.stream().anyMatch(String::isBlank)
        || new HashSet<>(values).size() < values.size()) {
      throw new IllegalArgumentException(
          "vary: " + name + "=" + String.join(",", values) + " (expected: two values or more)");
    }
  }

  /** Reads {@code decoder-guidance=1,2,3}. */
  static Variation parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("vary: " + text + " (expected: NAME=VALUE,VALUE,…)");
    }
    return new Variation(
        text.substring(0, equals), List.of(text.substring(equals + 1).split(",", -1)));
  }

  /**
   * Every combination of values, by the names of the options; the values of the last change first.
   */
  static List<Map<String, String>> combinations(List<Variation> variations) {
    List<Map<String, String>> all = List.of(Map.of());
    for (Variation variation : variations) {
      List<Map<String, String>> more = new ArrayList<>();
      for (Map<String, String> one : all) {
        if (one.containsKey(variation.name)) {
          throw new IllegalArgumentException(
              "vary: " + variation.name + " twice (expected: each option once)");
        }
        for (String value : variation.values) {
          Map<String, String> with = new LinkedHashMap<>(one);
          with.put(variation.name, value);
          more.add(with);
        }
      }
      all = more;
    }
    return all;
  }
}
