package io.diffusion4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.diffusion.argument.Check;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a component's settings as {@code config.json}, in the form that diffusers or transformers
 * read: fields in alphabetical order, every one of them, so that a later version's defaults do not
 * matter. The counterpart of {@link ComponentConfig}.
 */
public final class ConfigWriter {
  /** The version of diffusers whose fields and defaults ours are. */
  public static final String DIFFUSERS_VERSION = "0.33.0";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final TreeMap<String, @Nullable Object> fields = new TreeMap<>();

  private ConfigWriter() {}

  /** Settings of a class of diffusers, or {@code model_index.json} of a pipeline. */
  public static ConfigWriter diffusers(String className) {
    return new ConfigWriter()
        .put("_class_name", className)
        .put("_diffusers_version", DIFFUSERS_VERSION);
  }

  /**
   * Settings of a class of transformers.
   *
   * @param modelType transformers' name for the kind of model, e.g. {@code clip_text_model}
   */
  public static ConfigWriter transformers(String className, String modelType) {
    return new ConfigWriter().put("architectures", List.of(className)).put("model_type", modelType);
  }

  /** Settings within the settings, to put into others. */
  public static ConfigWriter nested() {
    return new ConfigWriter();
  }

  /**
   * Adds a field.
   *
   * @param value a number, boolean, string, null, {@code ConfigWriter}, or a list of these
   * @throws IllegalArgumentException if the value is of another type or not finite, or the field is
   *     there already
   */
  public ConfigWriter put(String field, @Nullable Object value) {
    checkValue(field, value);
    Check.that(!fields.containsKey(field), "field", field, "not put before");
    fields.put(field, value);
    return this;
  }

  /**
   * Writes the file, replacing it at once or not at all.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    Json.writeObject(file, toJson());
  }

  private ObjectNode toJson() {
    ObjectNode object = NODES.objectNode();
    fields.forEach((field, value) -> object.set(field, toJson(value)));
    return object;
  }

  /** Keeps the point of 1.0, by which Python tells a float from an integer. */
  private static JsonNode toJson(@Nullable Object value) {
    if (value instanceof ConfigWriter nested) {
      return nested.toJson();
    }
    if (value instanceof List<?> list) {
      ArrayNode array = NODES.arrayNode();
      list.forEach(element -> array.add(toJson(element)));
      return array;
    }
    if (value instanceof Number number) {
      boolean isInteger = value instanceof Integer || value instanceof Long;
      return isInteger
          ? NODES.numberNode(number.longValue())
          : NODES.numberNode(Double.parseDouble(number.toString()));
    }
    if (value instanceof Boolean flag) {
      return NODES.booleanNode(flag);
    }
    return value == null ? NODES.nullNode() : NODES.textNode(value.toString());
  }

  private static void checkValue(String field, @Nullable Object value) {
    if (value instanceof List<?> list) {
      list.forEach(element -> checkValue(field, element));
      return;
    }
    boolean isFinite = !(value instanceof Number n) || Double.isFinite(n.doubleValue());
    boolean isKnown =
        value == null
            || value instanceof Integer
            || value instanceof Long
            || value instanceof Float
            || value instanceof Double
            || value instanceof Boolean
            || value instanceof String
            || value instanceof ConfigWriter;
    Check.that(isFinite && isKnown, field, value, "a finite number, boolean, string, list or null");
  }
}
