package io.diffusion4j.checkpoint.strict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A file of settings in YAML or JSON, whose sections are taken one after the other. Faults are
 * collected while sections are taken, and reported together by {@link #end}. Not thread-safe.
 */
public final class RecordFile {
  private static final ObjectMapper MAPPER =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String source;
  private final JsonNode root;
  private final Faults faults = new Faults();
  private final SortedSet<String> known = new TreeSet<>();

  private RecordFile(String source, JsonNode root) {
    this.source = source;
    this.root = root;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is not YAML or JSON with keys and values
   */
  public static RecordFile read(Path file) throws IOException {
    return parse(file.toString(), Files.readString(file));
  }

  /**
   * Parses a text.
   *
   * @param source the source of the text, for messages
   * @throws IllegalArgumentException if it is not YAML or JSON with keys and values
   */
  public static RecordFile parse(String source, String text) {
    try {
      JsonNode root = MAPPER.readTree(text);
      if (root == null || !root.isObject()) {
        throw new IllegalArgumentException(source + ": no keys (expected: keys and values)");
      }
      return new RecordFile(source, root);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          source + ", line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Takes a required section.
   *
   * @return empty if it is missing or faulty, which {@link #end} reports
   */
  public <T> Optional<T> take(String key, Class<T> type) {
    known.add(key);
    return Optional.ofNullable(type.cast(new RecordReader(faults).read(root.path(key), type, key)));
  }

  /**
   * Takes an optional section.
   *
   * @return empty if it is missing or faulty; {@link #end} reports the latter
   */
  public <T> Optional<T> takeIfPresent(String key, Class<T> type) {
    known.add(key);
    return root.has(key) ? take(key, type) : Optional.empty();
  }

  /**
   * Takes the components of a record as sections, which are required unless they are optional
   * components.
   *
   * @return empty if it is faulty, which {@link #end} reports
   */
  public <T> Optional<T> takeAll(Class<T> type) {
    for (RecordComponent component : type.getRecordComponents()) {
      known.add(RecordReader.key(component));
    }
    return Optional.ofNullable(type.cast(new RecordReader(faults).record(root, type, "")));
  }

  /**
   * Reports all faults: those of the sections that were taken, and keys of other sections.
   *
   * @throws IllegalArgumentException if there is a fault
   */
  public void end() {
    faults.requireKnown(root.fieldNames(), known, "");
    endOfTaken();
  }

  /**
   * Reports the faults of the sections that were taken, and ignores others.
   *
   * @throws IllegalArgumentException if there is a fault
   */
  public void endOfTaken() {
    faults.throwIfAny(source);
  }
}
