package io.diffusion4j.mcp;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.stage.StageSetting;
import io.diffusion4j.diffusion.stage.StageSetting.Kind;
import io.diffusion4j.diffusion.stage.StageSetting.Values;
import io.diffusion4j.diffusion.stage.StageSettings;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.request.StageResolver;
import io.diffusion4j.serving.v1.LoraChoice;
import io.diffusion4j.serving.v1.StageOptions;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The arguments of a call of a tool, which its JSON schema describes.
 *
 * @param values the values by name
 * @param kept returns a picture for the caller by its URI
 */
record ToolArguments(Map<String, Object> values, Function<String, Optional<byte[]>> kept) {
  /**
   * A parameter of a tool.
   *
   * @param schema its JSON schema
   */
  record Parameter(String name, boolean required, Map<String, Object> schema) {
    Parameter(String name, boolean required, String type, String description) {
      this(name, required, Map.of("type", type, "description", description));
    }
  }

  /** The parameters of the stage that draws, one for each row of its settings. */
  static final List<Parameter> SETTINGS =
      StageSettings.ALL.stream().map(ToolArguments::parameter).toList();

  private static Parameter parameter(StageSetting<?> row) {
    Kind<?> kind = row.kind();
    String type =
        kind.isPair() || kind.type() == String.class
            ? "string"
            : kind.type() == Integer.class ? "integer" : "number";
    String expected = kind.isPair() ? kind.expected() : row.range().expected();
    return new Parameter(
        row.name(),
        false,
        type,
        row.help().formatted("main stage").replaceFirst("\\.?$", ".")
            + (expected.equals("any") ? "" : " Expected: " + expected + "."));
  }

  /** Returns the JSON schema of the arguments of a tool. */
  static Map<String, Object> schema(List<Parameter> parameters) {
    Map<String, Object> properties = new LinkedHashMap<>();
    parameters.forEach(each -> properties.put(each.name(), each.schema()));
    return Map.of(
        "type",
        "object",
        "properties",
        properties,
        "required",
        parameters.stream().filter(Parameter::required).map(Parameter::name).toList(),
        "additionalProperties",
        false);
  }

  /**
   * Checks that all arguments are known, and that none is missing.
   *
   * @throws IllegalArgumentException if not
   */
  void require(List<Parameter> parameters) {
    List<String> names = parameters.stream().map(Parameter::name).toList();
    for (String name : values.keySet()) {
      Check.that(
          names.contains(name),
          "arguments",
          Errors.quote(name),
          "one of %s",
          String.join(", ", names));
    }
    for (Parameter each : parameters) {
      Check.that(
          !each.required() || values.containsKey(each.name()),
          each.name(),
          "none",
          "%s",
          String.valueOf(each.schema().get("description")));
    }
  }

  /** Checks that exactly one of two arguments is given. */
  void requireOne(String of, String first, String second) {
    boolean hasFirst = values.get(first) != null;
    Check.that(
        hasFirst == (values.get(second) == null),
        of,
        hasFirst ? first + " and " + second : "neither",
        "either %s or %s",
        first,
        second);
  }

  <T> Optional<T> value(String name, Class<T> type, String expected) {
    Object value = values.get(name);
    if (value != null && !type.isInstance(value)) {
      throw Check.refusal(name, Errors.quote(value.toString()), expected);
    }
    return Optional.ofNullable(type.cast(value));
  }

  String text(String name) {
    return value(name, String.class, "a string").orElse("");
  }

  Optional<Integer> count(String name) {
    return value(name, Integer.class, "an integer");
  }

  /** Returns a seed: an integer of 64 bits, signed or not. */
  Optional<Long> seed(String name) {
    String expected = "an integer of at most 64 bits";
    return value(name, Number.class, expected)
        .map(
            seed -> {
              if (seed instanceof Integer || seed instanceof Long) {
                return seed.longValue();
              }
              if (seed instanceof BigInteger large
                  && large.signum() > 0
                  && large.bitLength() <= Long.SIZE) {
                return large.longValue();
              }
              throw Check.refusal(name, Errors.quote(seed.toString()), expected);
            });
  }

  Optional<Double> number(String name) {
    return value(name, Number.class, "a number").map(Number::doubleValue);
  }

  /** Returns the chosen low-rank update: its name, and its scale after a colon. */
  Optional<LoraChoice> lora() {
    return value("lora", String.class, "NAME or NAME:SCALE")
        .filter(text -> !text.isEmpty())
        .map(
            text -> {
              int colon = text.indexOf(':');
              var choice =
                  LoraChoice.newBuilder().setName(colon < 0 ? text : text.substring(0, colon));
              try {
                return colon < 0
                    ? choice.build()
                    : choice.setScale(Double.parseDouble(text.substring(colon + 1))).build();
              } catch (NumberFormatException e) {
                throw Check.refusal("lora", Errors.quote(text), "NAME or NAME:SCALE");
              }
            });
  }

  List<Object> list(String name) {
    Object value = values.getOrDefault(name, List.of());
    if (!(value instanceof Collection<?> items)) {
      throw Check.refusal(name, Errors.quote(value.toString()), "a list");
    }
    return new ArrayList<>(items);
  }

  /** Returns a picture: base64, alone or in a data URL, or the URI of a kept picture. */
  Optional<byte[]> picture(String name) {
    return value(name, String.class, "a picture").map(text -> picture(name, text));
  }

  byte[] picture(String name, String text) {
    String expected = "a picture in base64, or the URI of a picture that is still kept";
    return (text.startsWith(KeptPictures.ROOT) ? kept.apply(text) : JsonApi.base64(text))
        .orElseThrow(() -> Check.refusal(name, Errors.quote(text), expected));
  }

  /** Returns the settings of the stage that draws, apart from arguments of another meaning. */
  StageOptions settings(List<String> other) {
    Map<String, Object> given = new LinkedHashMap<>();
    for (StageSetting<?> row : StageSettings.ALL) {
      Object value = values.get(row.name());
      if (value != null && !other.contains(row.name())) {
        given.put(row.name(), parse(row, String.valueOf(value)));
      }
    }
    var options = StageOptions.newBuilder();
    StageResolver.write(new Values(given), StageSettings.ALL, options);
    return options.build();
  }

  private static <T> T parse(StageSetting<T> row, String text) {
    row.fault(text)
        .ifPresent(
            expected -> {
              throw Check.refusal(row.name(), Errors.quote(text), expected);
            });
    return row.kind().parse(text).orElseThrow();
  }
}
