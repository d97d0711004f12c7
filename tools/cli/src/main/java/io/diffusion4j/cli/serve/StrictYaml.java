package io.diffusion4j.cli.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.common.base.Throwables;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Reads YAML files into records: {@code a-key} for each component {@code aKey}. Keys that are not
 * known or come twice are errors.
 */
final class StrictYaml {
  private static final ObjectMapper MAPPER =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .build();

  private StrictYaml() {}

  static <T> T read(Path file, Class<T> type) throws IOException {
    return read(file.toString(), Files.readString(file), type);
  }

  /**
   * Reads YAML, or JSON, which is YAML.
   *
   * @param file the name of the file in messages
   */
  static <T> T read(String file, String yaml, Class<T> type) {
    try {
      T read = MAPPER.readValue(yaml, type);
      if (read == null) {
        throw Check.refusal(file, "empty", "keys and values");
      }
      return read;
    } catch (UnrecognizedPropertyException e) {
      List<String> known =
          Objects.requireNonNullElse(e.getKnownPropertyIds(), List.of()).stream()
              .map(String::valueOf)
              .sorted()
              .toList();
      throw refusal(file, path(e), "unknown", "one of " + String.join(", ", known), e);
    } catch (InvalidFormatException e) {
      throw refusal(file, path(e), e.getValue(), expected(e.getTargetType()), e);
    } catch (ValueInstantiationException e) { // whose own message names the class
      String why = String.valueOf(Throwables.getRootCause(e).getMessage());
      throw new IllegalArgumentException(
          file + ": " + (e.getPath().isEmpty() ? "" : path(e) + ": ") + why, e);
    } catch (MismatchedInputException e) {
      throw refusal(file, path(e), "not what belongs here", expected(e.getTargetType()), e);
    } catch (JsonMappingException e) {
      throw new IllegalArgumentException(
          file + ": " + (e.getPath().isEmpty() ? "" : path(e) + ": ") + e.getOriginalMessage(), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          file + ", line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
    }
  }

  private static IllegalArgumentException refusal(
      String file, String key, Object value, String expected, Exception cause) {
    return new IllegalArgumentException(Check.message(file + ": " + key, value, expected), cause);
  }

  private static String expected(Class<?> type) {
    if (type == null) {
      return "something else";
    }
    if (type.isEnum()) {
      return "one of "
          + Arrays.stream(type.getEnumConstants())
              .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
    }
    if (type == Integer.class) {
      return "a whole number";
    }
    if (type == Boolean.class) {
      return "true or false";
    }
    if (Iterable.class.isAssignableFrom(type)) {
      return "a list";
    }
    return type.isRecord() || Map.class.isAssignableFrom(type) ? "keys and values" : "a text";
  }

  /** Returns a path such as {@code models[1].path}. */
  private static String path(JsonMappingException e) {
    var path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.length() == 0 ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }
}
