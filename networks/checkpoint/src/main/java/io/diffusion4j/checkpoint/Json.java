package io.diffusion4j.checkpoint;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * JSON in strict UTF-8. A duplicate key is an error, except in settings of other programs. Settings
 * may contain {@code NaN} and {@code Infinity}, as Python writes them.
 */
final class Json {
  /** No config or index is nearly as large; a larger file is something else. */
  private static final long MAX_BYTES = 100_000_000;

  private static final JsonReadFeature NOT_FINITE = JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS;

  static final ObjectMapper MAPPER = mapper(strict());

  private static final ObjectMapper OBJECTS = mapper(strict().enable(NOT_FINITE));

  /** Takes the last of a key's values, as Python does: published settings repeat some keys. */
  private static final ObjectMapper SETTINGS = mapper(new JsonFactoryBuilder().enable(NOT_FINITE));

  private static JsonFactoryBuilder strict() {
    return new JsonFactoryBuilder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
  }

  private static ObjectMapper mapper(JsonFactoryBuilder factory) {
    return JsonMapper.builder(factory.build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .build();
  }

  private Json() {}

  /** Parses an object in the source code; keeps the decimal point of 1.0. */
  static ObjectNode constants(String json) {
    try {
      return new JsonMapper().readValue(json, ObjectNode.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads a file with one object. */
  static ObjectNode readObject(Path file) {
    return readObject(file, OBJECTS);
  }

  /** Reads a file of settings; for a duplicate key, the last value counts. */
  static ObjectNode readSettings(Path file) {
    return readObject(file, SETTINGS);
  }

  private static ObjectNode readObject(Path file, ObjectMapper mapper) {
    if (!Files.exists(file)) {
      throw new CheckpointException(file, "no such file");
    }
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new CheckpointException(
            file, "size: " + size + " bytes (expected: JSON of at most " + MAX_BYTES + " bytes)");
      }
      String text = decode(ByteBuffer.wrap(Files.readAllBytes(file)));
      JsonNode node = mapper.readTree(text);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new CheckpointException(file, "not a JSON object");
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file, "not valid UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file, "not valid JSON: " + reason(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  /** Formats an object in UTF-8, with diffusers' indentation and a line feed at the end. */
  static ByteBuffer format(ObjectNode object) {
    try {
      return StandardCharsets.UTF_8.encode(
          MAPPER.writer(new Indented()).writeValueAsString(object) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + object, e);
    }
  }

  /** Writes an object atomically. */
  static void writeObject(Path file, ObjectNode object) {
    AtomicFile.write(file, channel -> AtomicFile.writeFully(channel, format(object)));
  }

  static JsonParser parser(String text) throws IOException {
    return MAPPER.getFactory().createParser(text);
  }

  /** Decodes UTF-8; unlike {@code new String}, rejects malformed input. */
  static String decode(ByteBuffer utf8) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
  }

  /** Describes the failure and its position, without a copy of the source. */
  static String reason(JsonProcessingException e) {
    var location = e.getLocation();
    return location == null
        ? e.getOriginalMessage()
        : "%s (line %d, column %d)"
            .formatted(e.getOriginalMessage(), location.getLineNr(), location.getColumnNr());
  }

  private static final class Indented extends DefaultPrettyPrinter {
    Indented() {
      super(
          Separators.createDefaultInstance()
              .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
              .withObjectEmptySeparator("")
              .withArrayEmptySeparator(""));
      var lines = new DefaultIndenter("  ", "\n");
      indentObjectsWith(lines);
      indentArraysWith(lines);
    }

    private Indented(Indented base) {
      super(base);
    }

    @Override
    public DefaultPrettyPrinter createInstance() {
      return new Indented(this);
    }
  }
}
