package io.diffusion4j.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.stage.StageSetting;
import io.diffusion4j.diffusion.stage.StageSetting.Kind;
import io.diffusion4j.diffusion.stage.StageSetting.Values;
import io.diffusion4j.diffusion.stage.StageSettings;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.http.JsonFields;
import io.diffusion4j.serving.request.StageResolver;
import io.diffusion4j.serving.v1.LoraChoice;
import io.diffusion4j.serving.v1.StageOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a call of a tool, which its JSON schema describes.
 *
 * @param fields the values by name
 * @param kept returns a picture for the caller by its URI
 */
record ToolArguments(JsonFields fields, Function<String, Optional<byte[]>> kept) {
  private static final JsonMapper JSON = new JsonMapper();

  ToolArguments(@Nullable Map<String, Object> values, Function<String, Optional<byte[]>> kept) {
    this(JSON.<ObjectNode>valueToTree(values == null ? Map.of() : values), kept);
  }

  ToolArguments(ObjectNode values, Function<String, Optional<byte[]>> kept) {
    this(new JsonFields(values, Check::refusal), kept);
  }

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
    for (Map.Entry<String, JsonNode> given : fields.json().properties()) {
      Check.that(
          names.contains(given.getKey()),
          "arguments",
          Errors.quote(given.getKey()),
          "one of %s",
          String.join(", ", names));
    }
    for (Parameter each : parameters) {
      Check.that(
          !each.required() || fields.json().hasNonNull(each.name()),
          each.name(),
          "none",
          "%s",
          String.valueOf(each.schema().get("description")));
    }
  }

  /** Checks that exactly one of two arguments is given. */
  void requireOne(String of, String first, String second) {
    boolean hasFirst = fields.json().hasNonNull(first);
    Check.that(
        hasFirst != fields.json().hasNonNull(second),
        of,
        hasFirst ? first + " and " + second : "neither",
        "either %s or %s",
        first,
        second);
  }

  String text(String name) {
    return fields.text(name).orElse("");
  }

  Optional<Integer> count(String name) {
    return fields.integer(name, 0, Integer.MAX_VALUE);
  }

  /** Returns a seed: an integer of 64 bits, signed or not. */
  Optional<Long> seed(String name) {
    return fields.value(
        name,
        seed ->
            seed.isIntegralNumber()
                && (seed.canConvertToLong()
                    || (seed.bigIntegerValue().signum() > 0
                        && seed.bigIntegerValue().bitLength() <= Long.SIZE)),
        seed -> seed.bigIntegerValue().longValue(),
        "an integer of at most 64 bits");
  }

  /** Returns the chosen low-rank update: its name, and its scale after a colon. */
  Optional<LoraChoice> lora() {
    return fields
        .text("lora")
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

  /** Returns a picture: base64, alone or in a data URL, or the URI of a kept picture. */
  Optional<byte[]> picture(String name) {
    String expected = "a picture in base64, or the URI of a picture that is still kept";
    return fields
        .text(name)
        .map(
            text ->
                (text.startsWith(KeptPictures.ROOT) ? kept.apply(text) : JsonApi.base64(text))
                    .orElseThrow(() -> Check.refusal(name, Errors.quote(text), expected)));
  }

  /** Returns the settings of the stage that draws, apart from arguments of another meaning. */
  StageOptions settings(List<String> other) {
    Map<String, Object> given = new LinkedHashMap<>();
    for (StageSetting<?> row : StageSettings.ALL) {
      JsonNode value = fields.json().path(row.name());
      if (!value.isMissingNode() && !value.isNull() && !other.contains(row.name())) {
        given.put(row.name(), parse(row, value.isTextual() ? value.asText() : value.toString()));
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
