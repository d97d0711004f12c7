package io.diffusion4j.data;

import io.diffusion4j.diffusion.argument.ByName;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * An option of a training, such as an ablation varies, with the text form of its values.
 *
 * @param <T> the type of its values
 */
public final class TrainingOption<T> {
  private final String name;
  private final String defaultValue;
  private final Optional<ByName<T>> choices;
  private final Function<String, T> reader;
  private final UnaryOperator<String> writer;
  private final boolean later;

  private TrainingOption(
      String name,
      String defaultValue,
      Optional<ByName<T>> choices,
      Function<String, T> reader,
      UnaryOperator<String> writer,
      boolean later) {
    this.name = name;
    this.defaultValue = defaultValue;
    this.choices = choices;
    this.reader = reader;
    this.writer = writer;
    this.later = later;
  }

  /** Returns a choice among values, by name. */
  public static <T> TrainingOption<T> oneOf(
      String name, String defaultValue, Map<String, ? extends T> values) {
    return choice(name, defaultValue, new ByName<>(name, values), false);
  }

  private static <T> TrainingOption<T> choice(
      String name, String defaultValue, ByName<T> values, boolean later) {
    return new TrainingOption<>(
        name, defaultValue, Optional.of(values), values::named, word -> word, later);
  }

  /**
   * Returns the same choice with more values.
   *
   * @param more of the type of the values
   * @throws IllegalArgumentException if one of the names is taken
   */
  @SuppressWarnings("unchecked") // as the contract requires
  TrainingOption<T> adding(Map<String, ?> more) {
    return choice(name, defaultValue, choices.orElseThrow().adding((Map<String, T>) more), later);
  }

  /** Returns a switch: {@code on} or {@code off}. */
  public static TrainingOption<Boolean> onOrOff(String name, String defaultValue) {
    return oneOf(name, defaultValue, Map.of("on", true, "off", false));
  }

  /** Returns a number between two bounds, both included. */
  public static TrainingOption<Double> number(
      String name, double defaultValue, double least, double most) {
    return new TrainingOption<>(
        name,
        Double.toString(defaultValue),
        Optional.empty(),
        word -> within(name, word, least, most),
        word -> Double.toString(within(name, word, least, most)),
        false);
  }

  private static double within(String name, String word, double least, double most) {
    double number;
    try {
      number = Double.parseDouble(word);
    } catch (NumberFormatException e) {
      number = Double.NaN;
    }
    if (!(number >= least && number <= most)) {
      throw new IllegalArgumentException(
          name + ": " + word + " (expected: in [" + least + ", " + most + "])");
    }
    return number;
  }

  /**
   * Returns the same option as one that training runs did not always have: its default is not
   * written, so the notes of weights and the states of earlier training runs stay valid.
   */
  public TrainingOption<T> addedLater() {
    return new TrainingOption<>(name, defaultValue, choices, reader, writer, true);
  }

  /** Whether a word is written into notes. */
  boolean isWritten(String word) {
    return !later || !word.equals(defaultValue);
  }

  /** Returns the name on the command line. */
  public String name() {
    return name;
  }

  /** Returns the value of the models that ship. */
  String defaultValue() {
    return defaultValue;
  }

  /**
   * Returns the value of a word.
   *
   * @throws IllegalArgumentException if there is none
   */
  T read(String word) {
    return reader.apply(word);
  }

  /** Returns the normal form of a word's value: {@code 4.0} for {@code 4}. */
  String written(String word) {
    read(word);
    return writer.apply(word);
  }
}
