package io.diffusion4j.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.linecorp.armeria.common.ContentDisposition;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.multipart.AggregatedBodyPart;
import com.linecorp.armeria.common.multipart.AggregatedMultipart;
import io.diffusion4j.serving.http.JsonApi;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The parameters of a request by their names, from JSON or a form. */
final class Parameters {
  private static final int LONGEST_QUOTE = 80;

  /** Parameters of a form are strings, which may contain numbers. */
  private final boolean form;

  private final Map<String, JsonNode> values = new LinkedHashMap<>();
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  private Parameters(boolean form) {
    this.form = form;
  }

  /** Returns the parameters of a JSON body; null counts as absent. */
  static Parameters of(String body) {
    var parameters = new Parameters(false);
    parse(body).properties().stream()
        .filter(entry -> !entry.getValue().isNull())
        .forEach(entry -> parameters.values.put(entry.getKey(), entry.getValue()));
    return parameters;
  }

  private static ObjectNode parse(String body) {
    try {
      return JsonApi.parse(body)
          .orElseThrow(() -> notJson("The JSON body of your request is not an object."));
    } catch (JsonProcessingException e) {
      throw notJson("We could not parse the JSON body of your request: " + e.getOriginalMessage());
    }
  }

  private static OpenAiException notJson(String message) {
    return OpenAiException.refusal(HttpStatus.BAD_REQUEST, message, null, "invalid_json");
  }

  /** Returns the parameters of a form. A list of one, {@code image[]}, counts as a single value. */
  static Parameters of(AggregatedMultipart form) {
    var parameters = new Parameters(true);
    for (AggregatedBodyPart part : form.bodyParts()) {
      ContentDisposition head = head(part);
      String name = head.name();
      if (name == null) {
        throw OpenAiApi.invalidForm("A part of your form has no name.");
      }
      name = name.endsWith("[]") ? name.substring(0, name.length() - 2) : name;
      boolean twice =
          head.filename() == null
              ? parameters.values.put(name, TextNode.valueOf(part.contentUtf8())) != null
              : parameters.files.put(name, part.content().array()) != null;
      if (twice) {
        throw OpenAiException.invalid(name, "more than one", "one");
      }
    }
    return parameters;
  }

  private static ContentDisposition head(AggregatedBodyPart part) {
    try {
      ContentDisposition head = part.headers().contentDisposition();
      return head == null ? ContentDisposition.of() : head;
    } catch (IndexOutOfBoundsException e) { // Armeria's result for an unterminated quote
      throw OpenAiApi.invalidForm("A part of your form has a head that cannot be read.");
    }
  }

  /** Rejects unknown parameters. */
  void requireKnown(Set<String> known) {
    for (Collection<String> names : List.of(values.keySet(), files.keySet())) {
      for (String name : names) {
        if (!known.contains(name)) {
          throw OpenAiException.refusal(
              HttpStatus.BAD_REQUEST,
              "Unknown parameter: " + quote(name) + ".",
              name,
              "unknown_parameter");
        }
      }
    }
  }

  /** Returns a string parameter. */
  Optional<String> text(String name) {
    JsonNode value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw OpenAiException.invalid(name, quote(value.toString()), "a string");
    }
    return Optional.of(value.textValue());
  }

  /** Returns a string parameter that must be one of these. */
  Optional<String> text(String name, Collection<String> known) {
    Optional<String> value = text(name);
    value
        .filter(words -> !known.contains(words))
        .ifPresent(
            words -> {
              throw OpenAiException.invalid(
                  name, quote(words), "one of " + String.join(", ", known));
            });
    return value;
  }

  /** Returns a number. */
  Optional<Integer> integer(String name) {
    JsonNode value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value.isInt()) {
      return Optional.of(value.intValue());
    }
    if (form && value.textValue().matches("-?[0-9]{1,9}")) {
      return Optional.of(Integer.valueOf(value.textValue()));
    }
    throw OpenAiException.invalid(
        name, quote(form ? value.textValue() : value.toString()), "an integer");
  }

  /** Returns a boolean; false if absent. */
  boolean flag(String name) {
    JsonNode value = values.get(name);
    if (value == null) {
      return false;
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (form && value.textValue().matches("true|false")) {
      return value.textValue().equals("true");
    }
    throw OpenAiException.invalid(
        name, quote(form ? value.textValue() : value.toString()), "true or false");
  }

  Optional<byte[]> file(String name) {
    if (values.containsKey(name)) {
      throw OpenAiException.invalid(name, "words", "a file, with a file name");
    }
    return Optional.ofNullable(files.get(name));
  }

  /** Returns a client's value for a message, shortened and on one line. */
  static String quote(String value) {
    String line = value.replaceAll("\\p{Cntrl}", "\uFFFD");
    return line.length() <= LONGEST_QUOTE
        ? "\"" + line + "\""
        : "\"" + line.substring(0, LONGEST_QUOTE) + "…\"";
  }
}
