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
 * read: all fields in alphabetical order, including defaults, so that a later version's defaults do
 * not matter. It is the counterpart of {@link ComponentConfig}.
 */
public final class ConfigWriter {
  /** The version of diffusers whose fields and defaults we use. */
  public static final String DIFFUSERS_VERSION = "0.33.0";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final TreeMap<String, JsonNode> fields = new TreeMap<>();

  private ConfigWriter() {}

  /** Starts the settings of a class of diffusers, or {@code model_index.json} of a pipeline. */
  public static ConfigWriter diffusers(String className) {
    return new ConfigWriter()
        .put("_class_name", className)
        .put("_diffusers_version", DIFFUSERS_VERSION);
  }

  /**
   * Starts the settings of a class of transformers.
   *
   * @param modelType transformers' name for the kind of model, e.g. {@code clip_text_model}
   */
  public static ConfigWriter transformers(String className, String modelType) {
    return new ConfigWriter().put("architectures", List.of(className)).put("model_type", modelType);
  }

  /** Starts nested settings, to be put into others. */
  public static ConfigWriter nested() {
    return new ConfigWriter();
  }

  /**
   * Adds a field.
   *
   * @param value a number, boolean, string, null, {@code ConfigWriter}, or a list of these
   * @throws IllegalArgumentException if the value is of another type or not finite, or the field
   *     exists already
   */
  public ConfigWriter put(String field, @Nullable Object value) {
    JsonNode node = toJson(field, value);
    Check.that(!fields.containsKey(field), "field", field, "not put before");
    fields.put(field, node);
    return this;
  }

  /**
   * Adds fields that have only one supported value.
   *
   * @param json an object with these values
   */
  public ConfigWriter fixed(String json) {
    Json.constants(json)
        .properties()
        .forEach(entry -> fields.put(entry.getKey(), entry.getValue()));
    return this;
  }

  /**
   * Writes the file atomically.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    Json.writeObject(file, toJson());
  }

  /** Returns the file's content in one line. */
  public String text() {
    return toJson().toString();
  }

  private ObjectNode toJson() {
    ObjectNode object = NODES.objectNode();
    object.setAll(fields);
    return object;
  }

  /** Keeps the decimal point of 1.0, so that Python reads a float. */
  private static JsonNode toJson(String field, @Nullable Object value) {
    if (value instanceof ConfigWriter nested) {
      return nested.toJson();
    }
    if (value instanceof List<?> list) {
      ArrayNode array = NODES.arrayNode();
      list.forEach(element -> array.add(toJson(field, element)));
      return array;
    }
    if (value instanceof Integer || value instanceof Long) {
      return NODES.numberNode(((Number) value).longValue());
    }
    if ((value instanceof Float || value instanceof Double)
        && Double.isFinite(((Number) value).doubleValue())) {
      return NODES.numberNode(Double.parseDouble(value.toString()));
    }
    if (value instanceof Boolean flag) {
      return NODES.booleanNode(flag);
    }
    Check.that(
        value == null || value instanceof String,
        field,
        value,
        "a finite number, boolean, string, list or null");
    return value == null ? NODES.nullNode() : NODES.textNode(value.toString());
  }
}
