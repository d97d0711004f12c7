package io.diffusion4j.serving.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.serving.errors.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The fields of an object in JSON; null counts as absent.
 *
 * @param refusal makes the errors for invalid values
 */
public record JsonFields(ObjectNode json, Refusal refusal) {
  /** Makes the error for an invalid value, in the form of an interface. */
  @FunctionalInterface
  public interface Refusal {
    /** Returns the error for a value, which is quoted if it is the client's. */
    RuntimeException of(String field, Object value, String expected);
  }

  /** Reads a body, or fails with the error of this refusal. */
  public static JsonFields of(String body, Refusal refusal) {
    try {
      return JsonApi.parse(body)
          .map(json -> new JsonFields(json, refusal))
          .orElseThrow(() -> refusal.of("body", "no object", "an object in JSON"));
    } catch (JsonProcessingException e) {
      throw refusal.of("body", Errors.quote(e.getOriginalMessage()), "an object in JSON");
    }
  }

  /** Returns a value that fits. */
  public <T> Optional<T> value(
      String name, Predicate<JsonNode> fits, Function<JsonNode, T> read, String expected) {
    return present(name)
        .map(
            value -> {
              if (!fits.test(value)) {
                throw refusal.of(name, Errors.quote(value.toString()), expected);
              }
              return read.apply(value);
            });
  }

  private Optional<JsonNode> present(String name) {
    return Optional.ofNullable(json.get(name)).filter(value -> !value.isNull());
  }

  /** Returns a string. */
  public Optional<String> text(String name) {
    return value(name, JsonNode::isTextual, JsonNode::textValue, "a string");
  }

  /** Returns an integer in a range. */
  public Optional<Integer> integer(String name, int least, int most) {
    return value(
        name,
        value -> value.isInt() && value.intValue() >= least && value.intValue() <= most,
        JsonNode::intValue,
        most == Integer.MAX_VALUE
            ? "an integer of at least " + least
            : "an integer from " + least + " to " + most);
  }

  /** Returns a seed; empty if it is −1, which requests any. */
  public Optional<Long> seed(String name) {
    return value(
            name,
            value ->
                value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= -1,
            JsonNode::longValue,
            "-1 for any, or a seed ≥ 0")
        .filter(seed -> seed >= 0);
  }

  /** Returns a number. */
  public Optional<Double> number(String name) {
    return value(name, JsonNode::isNumber, JsonNode::doubleValue, "a number");
  }

  /** Returns a boolean. */
  public boolean flag(String name, boolean otherwise) {
    return value(name, JsonNode::isBoolean, JsonNode::booleanValue, "true or false")
        .orElse(otherwise);
  }

  /** Returns the fields of a nested object; none if it is absent. */
  public JsonFields object(String name) {
    return new JsonFields(
        value(name, JsonNode::isObject, ObjectNode.class::cast, "an object")
            .orElseGet(JsonApi::object),
        refusal);
  }

  /** Returns a picture: base64, alone or in a data URL. */
  public Optional<byte[]> picture(String name) {
    return text(name).map(text -> decode(name, text));
  }

  /** Returns the pictures of a list. */
  public List<byte[]> pictures(String name) {
    return texts(name, "pictures in base64").stream().map(text -> decode(name, text)).toList();
  }

  /** Returns the strings of a list; none if it is absent. */
  public List<String> texts(String name, String expected) {
    List<String> texts = new ArrayList<>();
    for (JsonNode text : list(name)) {
      if (!text.isTextual()) {
        throw refusal.of(name, Errors.quote(text.toString()), expected);
      }
      texts.add(text.textValue());
    }
    return texts;
  }

  /** Returns a list; an empty one if it is absent. */
  public ArrayNode list(String name) {
    return value(name, JsonNode::isArray, ArrayNode.class::cast, "a list")
        .orElseGet(JsonNodeFactory.instance::arrayNode);
  }

  private byte[] decode(String name, String text) {
    return JsonApi.base64(text)
        .orElseThrow(() -> refusal.of(name, Errors.quote(text), "a picture in base64"));
  }

  /** Whether a list or an object is absent or empty. */
  public boolean isEmpty(String name) {
    return present(name).map(value -> value.isContainerNode() && value.isEmpty()).orElse(true);
  }
}
