package io.diffusion4j.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * The settings of one component, from its {@code config.json}.
 *
 * <p>Files come from many versions: an older one lacks fields, a newer one has more. A field that
 * is absent or null has its default. Unsupported values of known fields are errors that name the
 * field ({@link #supports}, {@link #unset}). The caller either rejects unknown fields ({@link
 * #refuseUnknown}) or inspects them ({@link #unknown}); every field that has been read counts as
 * known.
 *
 * <p>All methods throw {@link CheckpointException} for a value of the wrong type. Not thread-safe.
 */
public final class ComponentConfig {
  /** Fields of transformers that do not change the model's results. */
  private static final Set<String> NOTES =
      Set.of("architectures", "dtype", "model_type", "torch_dtype", "transformers_version");

  private static final Set<String> WITHOUT_EFFECT =
      Set.of("dropout", "force_upcast", "upcast_attention");

  /** Longer lists are shortened in messages. */
  private static final int SHOWN = 8;

  private final Path file;
  private final String prefix;
  private final ObjectNode fields;
  private final Set<String> known = new HashSet<>();

  private ComponentConfig(Path file, String prefix, ObjectNode fields) {
    this.file = file;
    this.prefix = prefix;
    this.fields = fields;
  }

  /**
   * Reads a file.
   *
   * @throws CheckpointException if it is not a JSON object with distinct keys
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static ComponentConfig read(Path file) {
    return new ComponentConfig(file, "", Json.readObject(file));
  }

  /**
   * Reads a file of transformers, whose older versions wrote some keys twice: the last value
   * counts, as in Python.
   *
   * @throws CheckpointException if it is not a JSON object
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static ComponentConfig readTransformers(Path file) {
    return new ComponentConfig(file, "", Json.readSettings(file));
  }

  /**
   * Parses text in the same way as {@link #read}.
   *
   * @param source the file to name in errors
   */
  public static ComponentConfig parse(Path source, String json) {
    try {
      if (Json.MAPPER.readTree(json) instanceof ObjectNode object) {
        return new ComponentConfig(source, "", object);
      }
      throw new CheckpointException(source, "not a JSON object");
    } catch (JsonProcessingException e) {
      throw new CheckpointException(source, "not valid JSON: " + Json.reason(e), e);
    }
  }

  /** Returns the file, for errors about combinations of fields. */
  public Path file() {
    return file;
  }

  /**
   * Returns the class whose constructor takes these settings: diffusers' {@code _class_name}, or
   * else the first of transformers' {@code architectures}; empty if the file has neither.
   */
  public Optional<String> className() {
    return optionalText("_class_name")
        .or(() -> texts("architectures", List.of()).stream().findFirst());
  }

  /** Checks that the settings are those of one of these classes, and returns which. */
  public String expectClass(String... supported) {
    String actual = className().orElse("missing");
    if (!Arrays.asList(supported).contains(actual)) {
      throw invalid("_class_name", actual, oneOf(Arrays.asList(supported)));
    }
    return actual;
  }

  /** Whether a field has a value. */
  public boolean has(String field) {
    return find(field).isPresent();
  }

  /** Whether a field is present and null, where that differs from an absent field. */
  public boolean isNull(String field) {
    known.add(field);
    return fields.path(field).isNull();
  }

  /** Reads a required integer. */
  public int intValue(String field) {
    return require(field, value(field, Kind.INT));
  }

  /** Reads an integer. */
  public int intValue(String field, int absent) {
    return value(field, Kind.INT).orElse(absent);
  }

  /** Reads an optional integer. */
  public OptionalInt optionalInt(String field) {
    return value(field, Kind.INT).map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }

  /** Reads a required finite number. */
  public double doubleValue(String field) {
    return require(field, value(field, Kind.DOUBLE));
  }

  /** Reads a finite number. */
  public double doubleValue(String field, double absent) {
    return value(field, Kind.DOUBLE).orElse(absent);
  }

  /** Reads a boolean. */
  public boolean booleanValue(String field, boolean absent) {
    return value(field, Kind.BOOLEAN).orElse(absent);
  }

  /** Reads a required string. */
  public String text(String field) {
    return require(field, optionalText(field));
  }

  /** Reads a string. */
  public String text(String field, String absent) {
    return optionalText(field).orElse(absent);
  }

  /** Reads an optional string. */
  public Optional<String> optionalText(String field) {
    return value(field, Kind.TEXT);
  }

  /** Reads an array of integers. */
  public List<Integer> ints(String field, List<Integer> absent) {
    return list(field, Kind.INT).orElse(absent);
  }

  /** Reads a required array of booleans. */
  public List<Boolean> booleans(String field) {
    return require(field, list(field, Kind.BOOLEAN));
  }

  /** Reads an array of finite numbers. */
  public List<Double> doubles(String field, List<Double> absent) {
    return list(field, Kind.DOUBLE).orElse(absent);
  }

  /** Reads an array of strings. */
  public List<String> texts(String field, List<String> absent) {
    return list(field, Kind.TEXT).orElse(absent);
  }

  /** Whether a field is an array, for those that may also be a single value. */
  public boolean isArray(String field) {
    return find(field).map(JsonNode::isArray).orElse(false);
  }

  /** Reads required nested settings, such as CLIP's {@code text_config}. */
  public ComponentConfig object(String field) {
    JsonNode node = require(field, find(field));
    if (node instanceof ObjectNode object) {
      return new ComponentConfig(file, prefix + field + ".", object);
    }
    throw invalid(field, node, "an object");
  }

  /** Returns the names of all fields, in the order of the file. */
  public List<String> names() {
    var names = new ArrayList<String>();
    fields.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /**
   * Returns the fields whose names have a prefix, such as {@code unet.} in {@code unet.r}, by the
   * rest of their names. Here they count as known.
   */
  public ComponentConfig withPrefix(String start) {
    var some = fields.objectNode();
    for (String name : names()) {
      if (name.startsWith(start)) {
        known.add(name);
        some.set(name.substring(start.length()), fields.get(name));
      }
    }
    return new ComponentConfig(file, prefix + start, some);
  }

  /**
   * Checks that a field is absent, null, or one of the supported values.
   *
   * @param supported the default first; numbers, booleans, strings
   */
  public ComponentConfig supports(String field, Object... supported) {
    find(field)
        .filter(node -> Arrays.stream(supported).noneMatch(value -> isEqual(node, value)))
        .ifPresent(
            node -> {
              throw invalid(field, node, oneOf(Arrays.asList(supported)));
            });
    return this;
  }

  /** Checks that a limit is absent, null or infinite, which leaves it without effect. */
  public ComponentConfig unlimited(String field) {
    find(field)
        .filter(node -> !node.isNumber() || Double.isFinite(node.doubleValue()))
        .ifPresent(
            node -> {
              throw invalid(field, node, "null or infinite");
            });
    return this;
  }

  /**
   * Checks that fields are absent or have their only supported values. Fields without an effect on
   * a trained network in float32 may have any value.
   *
   * @param json an object with these values, as {@link ConfigWriter#fixed} writes them
   */
  public ComponentConfig fixed(String json) {
    Json.constants(json)
        .properties()
        .forEach(
            entry -> {
              known.add(entry.getKey());
              if (WITHOUT_EFFECT.contains(entry.getKey())) {
                return;
              }
              JsonNode only = entry.getValue();
              Object value = only.isNumber() ? only.numberValue() : only.asText();
              if (only.isNull()) {
                unset(entry.getKey());
              } else {
                supports(entry.getKey(), only.isBoolean() ? only.booleanValue() : value);
              }
            });
    return this;
  }

  /**
   * Checks that fields are absent or null, because the features that they enable are not supported.
   */
  public ComponentConfig unset(String... names) {
    for (String field : names) {
      supports(field);
    }
    return this;
  }

  /**
   * Returns the fields that have not been read, in the order of the file. Names that begin with an
   * underscore and transformers' notes about versions are not counted.
   *
   * @param ignorable fields that make no difference, such as training settings
   */
  public List<String> unknown(String... ignorable) {
    var expected = new HashSet<>(known);
    expected.addAll(NOTES);
    expected.addAll(Arrays.asList(ignorable));
    var unknown = new ArrayList<String>();
    fields
        .fieldNames()
        .forEachRemaining(
            field -> {
              if (!expected.contains(field) && !field.startsWith("_")) {
                unknown.add(prefix + field);
              }
            });
    return unknown;
  }

  /**
   * Throws an exception that lists the {@link #unknown} fields, if there are any: an ignored field
   * could change the results.
   */
  public void refuseUnknown(String... ignorable) {
    List<String> unknown = unknown(ignorable);
    if (!unknown.isEmpty()) {
      throw new CheckpointException(file, "unknown fields: " + String.join(", ", unknown));
    }
  }

  /**
   * Throws an exception for an {@link #unknown} field, unless its value is null, false or empty,
   * which leaves a feature off.
   */
  public void refuseUsed(String... ignorable) {
    for (String field : unknown(ignorable)) {
      String name = field.substring(prefix.length());
      JsonNode value = fields.path(name);
      boolean off =
          value.isContainerNode()
              ? value.isEmpty()
              : value.isNull() || List.of("false", "").contains(value.asText("?"));
      if (!off) {
        throw invalid(name, value, "null, false or empty: it is not supported");
      }
    }
  }

  /**
   * Builds an object from the settings.
   *
   * @throws CheckpointException if the maker throws an {@link IllegalArgumentException}; the
   *     message is the maker's, with the name of the file
   */
  public <T> T make(Supplier<T> maker) {
    try {
      return maker.get();
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file, String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns the exception for an invalid value of a field. */
  public CheckpointException invalid(String field, Object value, String expected) {
    Object shown =
        value instanceof ArrayNode list && list.size() > SHOWN
            ? "%d entries, %s, …".formatted(list.size(), firstOf(list))
            : value;
    return new CheckpointException(
        file, prefix + field + ": " + shown + " (expected: " + expected + ")");
  }

  private static String firstOf(ArrayNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .limit(3)
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  private Optional<JsonNode> find(String field) {
    known.add(field);
    JsonNode node = fields.path(field);
    return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
  }

  private <T> T require(String field, Optional<T> value) {
    return value.orElseThrow(() -> new CheckpointException(file, prefix + field + ": missing"));
  }

  /** A type of values, with its name in errors. */
  private record Kind<T>(String name, Predicate<JsonNode> fits, Function<JsonNode, T> value) {
    static final Kind<Integer> INT =
        new Kind<>(
            "an integer",
            node -> node.isIntegralNumber() && node.canConvertToInt(),
            JsonNode::intValue);
    static final Kind<Double> DOUBLE =
        new Kind<>(
            "a number",
            node -> node.isNumber() && Double.isFinite(node.doubleValue()),
            JsonNode::doubleValue);
    static final Kind<Boolean> BOOLEAN =
        new Kind<>("true or false", JsonNode::isBoolean, JsonNode::booleanValue);
    static final Kind<String> TEXT =
        new Kind<>("a string", JsonNode::isTextual, JsonNode::textValue);
  }

  private <T> Optional<T> value(String field, Kind<T> kind) {
    return find(field).map(node -> value(field, node, kind));
  }

  private <T> T value(String field, JsonNode node, Kind<T> kind) {
    if (!kind.fits.test(node)) {
      throw invalid(field, node, kind.name);
    }
    return kind.value.apply(node);
  }

  private <T> Optional<List<T>> list(String field, Kind<T> kind) {
    return find(field)
        .map(
            node -> {
              if (!node.isArray()) {
                throw invalid(field, node, "an array");
              }
              var list = new ArrayList<T>();
              node.forEach(element -> list.add(value(field, element, kind)));
              return List.copyOf(list);
            });
  }

  private static boolean isEqual(JsonNode node, Object value) {
    if (value instanceof Number number) {
      return node.isNumber()
          && Double.isFinite(node.doubleValue())
          && node.decimalValue().compareTo(new BigDecimal(number.toString())) == 0;
    }
    return value instanceof Boolean
        ? node.isBoolean() && value.equals(node.booleanValue())
        : node.isTextual() && value.equals(node.textValue());
  }

  private static String oneOf(List<?> values) {
    if (values.isEmpty()) {
      return "null";
    }
    String list = values.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return values.size() == 1 ? list : "one of " + list;
  }
}
