package io.diffusion4j.training;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How words of the command line are read and written. */
final class Words {
  private static final ByName<Parameterization> PREDICTIONS =
      new ByName<>(
          "prediction",
          Map.of("x0", Parameterization.X0, "eps", Parameterization.EPS, "v", Parameterization.V));

  private Words() {}

  static Parameterization prediction(String value) {
    return PREDICTIONS.named(value);
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static String word(boolean on) {
    return on ? "on" : "off";
  }

  /** Reads {@code on} or {@code off}. */
  static boolean isOn(String name, String value) {
    return new ByName<>(name, Map.of("on", true, "off", false)).named(value);
  }

  static double probability(String name, String value) {
    return number(name, value, 0, 1);
  }

  static double number(String name, String value, double least, double most) {
    double number;
    try {
      number = Double.parseDouble(value);
    } catch (NumberFormatException e) {
      number = Double.NaN;
    }
    requireWithin(name, number, value, least, most);
    return number;
  }

  static void requireProbability(String name, double value) {
    requireWithin(name, value, value, 0, 1);
  }

  /** Refuses a number, shown as it was given. */
  static void requireWithin(String name, double number, Object shown, double least, double most) {
    if (!(number >= least && number <= most)) {
      throw new IllegalArgumentException(
          name + ": " + shown + " (expected: in [" + least + ", " + most + "])");
    }
  }

  static SortedMap<String, String> sorted(Map<String, String> values) {
    return new TreeMap<>(values);
  }
}
