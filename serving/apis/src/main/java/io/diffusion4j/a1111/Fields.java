package io.diffusion4j.a1111;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.JsonApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** The fields of a request; null counts as absent, and unknown fields are ignored. */
record Fields(ObjectNode json) {
  /** Reads a body. */
  static Fields of(String body) {
    try {
      return JsonApi.parse(body)
          .map(Fields::new)
          .orElseThrow(() -> SdException.invalid("body", "no object", "an object in JSON"));
    } catch (JsonProcessingException e) {
      throw SdException.invalid("body", Errors.quote(e.getOriginalMessage()), "an object in JSON");
    }
  }

  private Optional<JsonNode> value(String name) {
    return Optional.ofNullable(json.get(name)).filter(value -> !value.isNull());
  }

  private <T> Optional<T> value(
      String name, Predicate<JsonNode> fits, Function<JsonNode, T> read, String expected) {
    return value(name)
        .map(
            value -> {
              if (!fits.test(value)) {
                throw SdException.invalid(name, Errors.quote(value.toString()), expected);
              }
              return read.apply(value);
            });
  }

  Optional<String> text(String name) {
    return value(name, JsonNode::isTextual, JsonNode::textValue, "a string");
  }

  Optional<Integer> integer(String name, int least, int most) {
    return value(
        name,
        value -> value.isInt() && value.intValue() >= least && value.intValue() <= most,
        JsonNode::intValue,
        "an integer from " + least + " to " + most);
  }

  Optional<Long> seed(String name) {
    return value(
        name,
        value -> value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= -1,
        JsonNode::longValue,
        "-1 for any, or a seed ≥ 0");
  }

  Optional<Double> number(String name) {
    return value(name, JsonNode::isNumber, JsonNode::doubleValue, "a number");
  }

  boolean flag(String name, boolean otherwise) {
    return value(
            name,
            value -> value.isBoolean() || (value.isInt() && value.intValue() >> 1 == 0),
            JsonNode::asBoolean,
            "true or false")
        .orElse(otherwise);
  }

  /** Returns the fields of a nested object; none if it is absent. */
  Fields object(String name) {
    return value(name, JsonNode::isObject, value -> new Fields((ObjectNode) value), "an object")
        .orElseGet(() -> new Fields(newObject()));
  }

  /** Returns a picture: base64, alone or in a data URL. */
  Optional<byte[]> picture(String name) {
    return text(name).map(text -> decode(name, text));
  }

  /** Returns the pictures of a list. */
  List<byte[]> pictures(String name) {
    List<byte[]> pictures = new ArrayList<>();
    for (JsonNode picture : value(name).orElseGet(Fields::newArray)) {
      if (!picture.isTextual()) {
        throw SdException.invalid(name, Errors.quote(picture.toString()), "pictures in base64");
      }
      pictures.add(decode(name, picture.textValue()));
    }
    return pictures;
  }

  private static byte[] decode(String name, String text) {
    return JsonApi.base64(text)
        .orElseThrow(() -> SdException.invalid(name, Errors.quote(text), "a picture in base64"));
  }

  /** Refuses a field whose value requests an unsupported feature. */
  void refuseUnless(String name, boolean idle, String expected) {
    if (!idle) {
      throw SdException.unsupported(name, Errors.quote(String.valueOf(json.get(name))), expected);
    }
  }

  /** Whether a list or an object is absent or empty. */
  boolean isEmpty(String name) {
    return value(name).map(value -> value.isContainerNode() && value.isEmpty()).orElse(true);
  }

  static ObjectNode newObject() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode newArray() {
    return JsonNodeFactory.instance.arrayNode();
  }
}
