package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.argument.Check;
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
    Check.that(
        name.equals(MODEL) || NAMES.contains(name),
        "vary",
        name,
        "one of " + MODEL + ", " + String.join(", ", NAMES));
    Check.that(
        values.size() >= 2
            && values.stream().noneMatch(String::isBlank)
            && new HashSet<>(values).size() == values.size(),
        "vary",
        name + "=" + String.join(",", values),
        "two values or more");
  }

  /** Reads {@code decoder-guidance=1,2,3}. */
  static Variation parse(String text) {
    int equals = text.indexOf('=');
    Check.that(equals >= 1, "vary", text, "NAME=VALUE,VALUE,…");
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
        Check.that(
            !one.containsKey(variation.name),
            "vary",
            variation.name + " twice",
            "each option once");
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
