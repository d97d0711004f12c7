package io.diffusion4j.cli.options;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An option with a list of values. */
public record Variation(String name, List<String> values) {
  public Variation {
    values = List.copyOf(values);
  }

  /**
   * Reads {@code decoder-guidance=1,2,3}.
   *
   * @param option the name of the text in messages
   * @param names the valid options
   */
  public static Variation parse(String option, String text, List<String> names) {
    int equals = text.indexOf('=');
    Check.that(equals >= 1, option, text, "NAME=VALUE,VALUE,…");
    String name = text.substring(0, equals);
    Check.that(names.contains(name), option, name, "one of " + String.join(", ", names));
    List<String> values = List.of(text.substring(equals + 1).split(",", -1));
    Check.that(
        values.size() >= 2
            && values.stream().noneMatch(String::isBlank)
            && new HashSet<>(values).size() == values.size(),
        option,
        text,
        "two values or more");
    return new Variation(name, values);
  }

  /**
   * Returns every combination of values, by the names of the options; the values of the last change
   * first.
   *
   * @param option the name of the text in messages
   */
  public static List<Map<String, String>> combinations(String option, List<Variation> variations) {
    List<Map<String, String>> all = List.of(Map.of());
    for (Variation variation : variations) {
      List<Map<String, String>> more = new ArrayList<>();
      for (Map<String, String> one : all) {
        Check.that(
            !one.containsKey(variation.name),
            option,
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
