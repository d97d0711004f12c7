package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A setting of a stage that requests may choose: one row for its name, type, limits, default and
 * effect. Requests, the command line, the list of models and replays iterate over the rows of
 * {@link Stage#settings}; see {@link StageSettings} for those of every stage.
 *
 * <pre>{@code
 * var shift =
 *     StageSetting.of("shift", Kind.NUMBER, "The shift of the %s's timesteps.")
 *         .within(value -> value > 0, "> 0")
 *         .setting((settings, stage, value, given) -> settings.withSpacing(shifted(value)));
 * Stage more = stage.withSetting(shift);
 * }</pre>
 *
 * @param <T> the type of its values
 * @param name its name in requests, in lower snake case
 * @param option its name on the command line, after the name of the stage
 * @param ofOneStage whether a model has one stage with it, so that the command line names no stage
 * @param kind the form of its values
 * @param help one line; {@code %s} is the name of the stage
 * @param range the values that any stage could accept
 * @param reads whether a stage reads the setting
 * @param defaultValue the default; empty if the stage's own value has no name
 * @param refusal why a value in the range does not suit a stage
 * @param offer the values that a stage lists
 * @param effect changes the settings of the sampling
 */
public record StageSetting<T>(
    String name,
    String option,
    boolean ofOneStage,
    Kind<T> kind,
    String help,
    Range<T> range,
    Predicate<Stage> reads,
    BiFunction<Stage, Values, Optional<T>> defaultValue,
    Refusal<T> refusal,
    Function<Stage, Offer> offer,
    Effect<T> effect) {
  public StageSetting {
    Check.that(name.matches("[a-z][a-z0-9_]*"), "name", name, "lower_snake_case");
  }

  /**
   * The form of values.
   *
   * @param <T> the type of values
   * @param label the form on the command line
   * @param type the type of a value, or of the two numbers of a list
   * @param separator between the two numbers of a list; empty for single values
   * @param expected describes a value
   */
  public record Kind<T>(String label, Class<?> type, String separator, String expected) {
    /** A name, which is not empty. */
    public static final Kind<String> NAME = new Kind<>("NAME", String.class, "", "a name");

    /** A whole number. */
    public static final Kind<Integer> COUNT = new Kind<>("N", Integer.class, "", "an integer");

    /** A number, which may be infinite or not a number. */
    public static final Kind<Double> NUMBER = new Kind<>("X", Double.class, "", "a number");

    /** A width and a height. */
    public static final Kind<List<Integer>> SIZE =
        new Kind<>("WxH", Integer.class, "×", "such as 768x512, or 512");

    /** Two numbers, the smaller first. */
    public static final Kind<List<Double>> INTERVAL =
        new Kind<>("LOW,HIGH", Double.class, " to ", "two noise levels, such as 0.3,3");

    /** Whether a value is a pair of numbers. */
    public boolean isPair() {
      return !separator.isEmpty();
    }

    /** Returns the value of a text, such as {@code 768x512}; empty if it has another form. */
    @SuppressWarnings("unchecked") // the type of a value follows from the fields
    public Optional<T> parse(String text) {
      try {
        if (!isPair()) {
          return Optional.of((T) one(text));
        }
        String[] both = text.split(equals(SIZE) ? "[x×]" : ",", -1);
        if (equals(SIZE) && both.length == 1) {
          return Optional.of((T) List.of(one(text), one(text)));
        }
        return both.length == 2
            ? Optional.of((T) List.of(one(both[0]), one(both[1])))
            : Optional.empty();
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }

    private Object one(String text) {
      return type == String.class
          ? text
          : type == Integer.class ? (Object) Integer.valueOf(text) : Double.valueOf(text);
    }

    /** Returns a value in words. */
    public String text(T value) {
      return value instanceof List<?> pair
          ? pair.get(0) + separator + pair.get(1)
          : String.valueOf(value);
    }
  }

  /**
   * A check of values that needs no stage.
   *
   * @param fault describes what is expected instead of a value; empty for a value inside
   * @param expected describes the values inside
   */
  public record Range<T>(Function<T, Optional<String>> fault, String expected) {
    /** Returns the range of the values that pass a test. */
    public static <T> Range<T> of(Predicate<T> holds, String expected) {
      return new Range<>(
          value -> holds.test(value) ? Optional.empty() : Optional.of(expected), expected);
    }
  }

  /**
   * The values of a setting that a stage lists, so that a form can offer them.
   *
   * @param names the values of a setting whose values are names; a stage without names has no
   *     choice
   * @param least the smallest number; −∞ if there is no limit
   * @param most the largest number; ∞ if there is no limit
   */
  public record Offer(List<String> names, double least, double most) {
    /** Returns names to choose from. */
    public static Offer names(Collection<String> names) {
      return new Offer(List.copyOf(names), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /** Returns the numbers from one to another. */
    public static Offer numbers(double least, double most) {
      return new Offer(List.of(), least, most);
    }
  }

  /** Describes the values that a stage expects instead of a value; empty if it accepts it. */
  @FunctionalInterface
  public interface Refusal<T> {
    Optional<String> of(Stage stage, T value, Values given);
  }

  /** Returns settings with a value, which the stage accepts. */
  @FunctionalInterface
  public interface Effect<T> {
    SamplingSettings of(SamplingSettings settings, Stage stage, T value, Values given);
  }

  /**
   * The values that a request gives for a stage, by the names of settings.
   *
   * @param byName names, numbers, or lists of two numbers
   */
  public record Values(Map<String, Object> byName) {
    /** No values. */
    public static final Values NONE = new Values(Map.of());

    public Values {
      byName = Map.copyOf(byName);
    }

    /** Returns the values with another one. */
    Values with(String setting, Object value) {
      Map<String, Object> all = new LinkedHashMap<>(byName);
      all.put(setting, value);
      return new Values(all);
    }

    /** Returns the value of a setting; empty if there is none. */
    @SuppressWarnings("unchecked") // a value has the type of its setting
    public <T> Optional<T> get(StageSetting<T> setting) {
      return Optional.ofNullable((T) byName.get(setting.name()));
    }

    /** Returns the values with the defaults of a stage added. */
    public Values withDefaults(Stage stage) {
      Map<String, Object> all = new LinkedHashMap<>(byName);
      for (StageSetting<?> setting : stage.settings()) {
        if (setting.reads().test(stage) && !all.containsKey(setting.name())) {
          setting
              .defaultValue()
              .apply(stage, this)
              .ifPresent(value -> all.put(setting.name(), value));
        }
      }
      return new Values(all);
    }

    /** Returns the settings of a stage's sampling with these values, all of which suit it. */
    public SamplingSettings settings(Stage stage) {
      SamplingSettings settings = stage.defaults();
      for (StageSetting<?> setting : stage.settings()) {
        settings = setting.applied(settings, stage, this);
      }
      return settings;
    }
  }

  /** Creates a setting that every stage reads, without limits, default and effect. */
  public static <T> StageSetting<T> of(String name, Kind<T> kind, String help) {
    return new StageSetting<>(
        name,
        name.replace('_', '-'),
        false,
        kind,
        help,
        Range.of(value -> true, "any"),
        stage -> true,
        (stage, given) -> Optional.empty(),
        (stage, value, given) -> Optional.empty(),
        stage -> Offer.names(List.of()),
        (settings, stage, value, given) -> settings);
  }

  /** Returns the setting with another name on the command line. */
  public StageSetting<T> named(String other) {
    return new StageSetting<>(
        name, other, ofOneStage, kind, help, range, reads, defaultValue, refusal, offer, effect);
  }

  /** Returns the setting of the one stage that reads it. */
  public StageSetting<T> forOneStage() {
    return new StageSetting<>(
        name, option, true, kind, help, range, reads, defaultValue, refusal, offer, effect);
  }

  /** Returns the setting with a range, the values that pass a test. */
  public StageSetting<T> within(Predicate<T> holds, String expected) {
    return within(Range.of(holds, expected));
  }

  /** Returns the setting with a range. */
  public StageSetting<T> within(Range<T> values) {
    return new StageSetting<>(
        name, option, ofOneStage, kind, help, values, reads, defaultValue, refusal, offer, effect);
  }

  /** Returns the setting of some stages only. */
  public StageSetting<T> readBy(Predicate<Stage> some) {
    return new StageSetting<>(
        name, option, ofOneStage, kind, help, range, some, defaultValue, refusal, offer, effect);
  }

  /** Returns the setting with a default. */
  public StageSetting<T> withDefault(BiFunction<Stage, Values, Optional<T>> value) {
    return new StageSetting<>(
        name, option, ofOneStage, kind, help, range, reads, value, refusal, offer, effect);
  }

  /** Returns the setting with limits that depend on the stage. */
  public StageSetting<T> refusing(Refusal<T> limits) {
    return new StageSetting<>(
        name, option, ofOneStage, kind, help, range, reads, defaultValue, limits, offer, effect);
  }

  /**
   * Returns a setting of some models only, whose pipelines read its value from {@link
   * SamplingSettings#others}. Their stages have its {@link #offered} form.
   *
   * @param reason why the other stages refuse it
   */
  StageSetting<T> ofSomeModels(String reason) {
    return forOneStage()
        .readBy(stage -> false)
        .refusing((stage, value, given) -> Optional.of("unset; " + reason))
        .setting((settings, stage, value, given) -> settings.with(name, value));
  }

  /** Returns a setting of some models for a stage that has it, with its range there. */
  public StageSetting<T> offered(Range<T> there) {
    return within(there).readBy(stage -> true).refusing((stage, value, given) -> Optional.empty());
  }

  /** Returns the setting with an effect. */
  public StageSetting<T> setting(Effect<T> change) {
    return new StageSetting<>(
        name, option, ofOneStage, kind, help, range, reads, defaultValue, refusal, offer, change);
  }

  /** Returns the setting with a list of its values. */
  public StageSetting<T> offering(Function<Stage, Offer> values) {
    return new StageSetting<>(
        name, option, ofOneStage, kind, help, range, reads, defaultValue, refusal, values, effect);
  }

  /** Describes the values that a text must stand for, if it stands for none in the range. */
  public Optional<String> fault(String text) {
    Optional<T> value = kind.parse(text);
    return value.isEmpty()
        ? Optional.of(kind.expected())
        : range.fault().apply(value.get()).map(own -> kind.isPair() ? kind.expected() : own);
  }

  /** Describes what a stage expects instead of the given value; empty if it is absent or valid. */
  public Optional<String> fault(Stage stage, Values given) {
    return given
        .get(this)
        .flatMap(value -> refusal.of(stage, value, given).or(() -> range.fault().apply(value)));
  }

  private SamplingSettings applied(SamplingSettings settings, Stage stage, Values given) {
    return given.get(this).map(value -> effect.of(settings, stage, value, given)).orElse(settings);
  }
}
