package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.data.BadCaptionException;
import io.diffusion4j.data.Tally;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Captions in text files and in JSON: in UTF-8, without control characters. */
final class CaptionTexts {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String BYTE_ORDER_MARK = "\ufeff";
  private static final String UTF_8_TEXT = "text in UTF-8";
  static final String TEXTS = "a text or a list of texts";
  private static final String WHITE_SPACE = "\t\n\r\f";

  private CaptionTexts() {}

  /** Finds captions in the text of a file. */
  @FunctionalInterface
  interface Parser {
    List<String> captions(String text) throws BadCaptionException;
  }

  /** Captions that are known. */
  record InMemory(List<String> captions) implements Captions {
    @Override
    public Optional<String> field() {
      return Optional.empty();
    }

    @Override
    public List<String> read() throws BadCaptionException {
      return kept(captions);
    }

    @Override
    public Repaired repaired() {
      return Repaired.of(captions, new Tally());
    }

    @Override
    public long fingerprint() {
      return captions.hashCode();
    }

    @Override
    public long checksum(Checksums files) {
      return fingerprint();
    }
  }

  /** Captions in a file of their own, which has fields if it is one of JSON. */
  record InFile(Bytes file, Optional<String> field, Parser parser) implements Captions {
    @Override
    public List<String> read() throws IOException {
      return kept(parser.captions(decoded(file.read())));
    }

    @Override
    public Repaired repaired() throws IOException {
      byte[] bytes = file.read();
      List<String> found = new ArrayList<>();
      Tally faults = new Tally();
      String text = repairedText(bytes, faults);
      try {
        found.addAll(parser.captions(text));
      } catch (BadCaptionException e) {
        faults.add(e.fault());
      }
      return Repaired.of(found, faults);
    }

    @Override
    public long fingerprint() throws IOException {
      return file.size();
    }

    @Override
    public long checksum(Checksums files) throws IOException {
      return files.of(file.file());
    }
  }

  /** Returns the captions of a text, one on each line. */
  static Captions lines(Bytes text) {
    return new InFile(text, Optional.empty(), content -> content.lines().toList());
  }

  /** Returns the captions in a field of a JSON object, a text or a list of texts. */
  static Captions field(Bytes json, Columns columns) {
    String asked = columns.caption();
    return new InFile(
        json,
        Optional.of(asked == null ? "default" : asked),
        content -> {
          JsonNode object;
          try {
            object = object(content);
          } catch (JsonProcessingException e) {
            throw new BadCaptionException(
                "not a JSON object", "an object such as {\"text\": \"…\"}");
          }
          Stream<String> names = asked == null ? Columns.CAPTIONS.stream() : Stream.of(asked);
          Optional<String> name = names.filter(object::has).findFirst();
          return name.isPresent() ? texts(object.path(name.get())) : List.of();
        });
  }

  /**
   * Returns the text of a file, without a byte order mark.
   *
   * @throws BadCaptionException if it is not UTF-8
   */
  static String decoded(byte[] bytes) throws BadCaptionException {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new BadCaptionException("not UTF-8", UTF_8_TEXT);
    }
  }

  /**
   * Returns the text of a file in an encoding that is guessed where it is not UTF-8: UTF-16 with a
   * byte order mark or with many zeros, else Windows-1252, which contains Latin-1.
   *
   * @param faults receives what was not UTF-8
   */
  private static String repairedText(byte[] bytes, Tally faults) {
    long low = zeros(bytes, 0);
    long high = zeros(bytes, 1);
    if (4 * Math.max(low, high) > bytes.length || isMarkedUtf16(bytes)) {
      faults.add("in UTF-16");
      return new String(bytes, isMarkedUtf16(bytes) ? UTF_16 : high > low ? UTF_16LE : UTF_16BE);
    }
    try {
      return decoded(bytes);
    } catch (BadCaptionException e) {
      faults.add("in Latin-1");
      return new String(bytes, Charset.forName("windows-1252"));
    }
  }

  private static boolean isMarkedUtf16(byte[] bytes) {
    return bytes.length > 1
        && (bytes[0] & 0xff) + (bytes[1] & 0xff) == 0xfe + 0xff
        && Math.max(bytes[0] & 0xff, bytes[1] & 0xff) == 0xff;
  }

  /** Counts the zeros at even or odd places. */
  private static long zeros(byte[] bytes, int first) {
    return IntStream.range(0, bytes.length).filter(i -> i % 2 == first && bytes[i] == 0).count();
  }

  /**
   * Parses a JSON object.
   *
   * @throws JsonProcessingException if it is not one
   */
  static JsonNode object(String text) throws JsonProcessingException {
    return MAPPER.readValue(text, ObjectNode.class);
  }

  /**
   * Returns the texts of a value: itself, or the elements of a list; none for null.
   *
   * @throws BadCaptionException if something else is among them
   */
  static List<String> texts(JsonNode value) throws BadCaptionException {
    List<String> texts = new ArrayList<>();
    for (JsonNode one : value.isArray() ? value : List.of(value)) {
      if (one.isTextual()) {
        texts.add(one.textValue());
      } else if (!one.isNull()) {
        throw new BadCaptionException("a number or an object", TEXTS);
      }
    }
    return texts;
  }

  /** Returns the captions stripped, without blank ones. */
  private static List<String> kept(List<String> captions) throws BadCaptionException {
    for (String caption : captions) {
      if (caption.chars().anyMatch(c -> Character.isISOControl(c) && WHITE_SPACE.indexOf(c) < 0)) {
        throw new BadCaptionException("with control characters", UTF_8_TEXT);
      }
    }
    return captions.stream().map(String::strip).filter(c -> !c.isEmpty()).toList();
  }
}
