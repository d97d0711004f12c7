package io.diffusion4j.serving.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDelegatingDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.util.StdConverter;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.google.common.base.Throwables;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Reads YAML into records: {@code a-key} for each component {@code aKey}. An unknown key is an
 * error that names the known ones, and a duplicate key one that names its line. A duration is a
 * number of seconds, and a path is relative to the folder of its file.
 */
public final class StrictYaml {
  private static final String ORIGIN = "origin";

  private static final ObjectMapper MAPPER =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .addModule(new Jdk8Module())
          .addModule(
              new SimpleModule()
                  .addDeserializer(Path.class, new Paths())
                  .addDeserializer(Instant.class, new Instants())
                  .addDeserializer(Duration.class, new StdDelegatingDeserializer<>(new Seconds())))
          .build();

  private StrictYaml() {}

  /** The origin of the values of a tree. */
  interface Origin {
    /** Returns the prefix of an error message about the value at a path. */
    String prefix(String path);

    /**
     * Resolves a path.
     *
     * @param pointer the place of its text in the tree, as a JSON pointer
     */
    Path resolve(String pointer, String text);
  }

  private record File(String name, Path folder) implements Origin {
    @Override
    public String prefix(String path) {
      return name + ": ";
    }

    @Override
    public Path resolve(String pointer, String text) {
      return folder.resolve(text);
    }
  }

  /** A path from a text. */
  private static final class Paths extends JsonDeserializer<Path> {
    @Override
    public Path deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      return path(parser, context);
    }
  }

  /** A time from a text. */
  private static final class Instants extends FromStringDeserializer<Instant> {
    private static final long serialVersionUID = 1;

    Instants() {
      super(Instant.class);
    }

    @Override
    protected Instant _deserialize(String value, DeserializationContext context)
        throws IOException {
      try {
        return Instant.parse(value);
      } catch (DateTimeException e) {
        throw context.weirdStringException(value, Instant.class, e.getMessage());
      }
    }
  }

  private static final class Seconds extends StdConverter<Integer, Duration> {
    @Override
    public Duration convert(Integer seconds) {
      return Duration.ofSeconds(seconds);
    }
  }

  /** A number of bytes from a number of megabytes. */
  public static final class Megabytes extends StdConverter<Integer, Long> {
    @Override
    public Long convert(Integer megabytes) {
      return (long) megabytes << 20;
    }
  }

  /** A duration from a number of hours. */
  public static final class Hours extends StdConverter<Integer, Duration> {
    @Override
    public Duration convert(Integer hours) {
      return Duration.ofHours(hours);
    }
  }

  /** Returns the path that a parser is at, relative to the folder of the file. */
  public static Path path(JsonParser parser, DeserializationContext context) throws IOException {
    String text = context.readValue(parser, String.class);
    return context.getAttribute(ORIGIN) instanceof Origin origin
        ? origin.resolve(parser.getParsingContext().pathAsPointer().toString(), text)
        : Path.of(text);
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if a key is unknown or its value is wrong
   */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    return bind(tree(file), origin(file), type);
  }

  /**
   * Reads a text in YAML, or JSON, which is YAML; paths in it are relative to the current folder.
   *
   * @param source the name of the text in messages
   * @throws IllegalArgumentException if a key is unknown or its value is wrong
   */
  public static <T> T read(String source, String yaml, Class<T> type) {
    return bind(tree(source, yaml), new File(source, Path.of("").toAbsolutePath()), type);
  }

  static Origin origin(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw Check.refusal("config", file, "a file in a folder");
    }
    return new File(file.toString(), folder);
  }

  static JsonNode tree(Path file) throws IOException {
    return tree(file.toString(), Files.readString(file));
  }

  /** Parses a text, which may not be empty. */
  static JsonNode tree(String source, String yaml) {
    try {
      JsonNode tree = MAPPER.readTree(yaml);
      if (tree == null || tree.isMissingNode() || tree.isNull()) {
        throw Check.refusal(source, "empty", "keys and values");
      }
      return tree;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          source + ", line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
    }
  }

  /** Returns a value as a tree. */
  static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  static <T> T bind(JsonNode tree, Origin origin, Class<T> type) {
    try {
      return MAPPER.readerFor(type).withAttribute(ORIGIN, origin).readValue(tree);
    } catch (UnrecognizedPropertyException e) {
      throw unknown(origin, path(e), Objects.requireNonNull(e.getKnownPropertyIds()), e);
    } catch (InvalidFormatException e) {
      throw refusal(origin, path(e), e.getValue(), expected(e.getTargetType()), e);
    } catch (ValueInstantiationException e) { // whose own message names the class
      requireKnown(tree, origin, e);
      throw refused(origin, path(e), String.valueOf(Throwables.getRootCause(e).getMessage()), e);
    } catch (MismatchedInputException e) {
      throw refusal(origin, path(e), "not what belongs here", expected(e.getTargetType()), e);
    } catch (JsonMappingException e) {
      throw refused(origin, path(e), e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(origin.prefix("") + e.getMessage(), e);
    }
  }

  /** A value that seems to be missing may stand at a key that is not known. */
  private static void requireKnown(JsonNode tree, Origin origin, ValueInstantiationException e) {
    JsonNode node = tree;
    for (JsonMappingException.Reference step : e.getPath()) {
      node =
          step.getFieldName() == null ? node.path(step.getIndex()) : node.path(step.getFieldName());
    }
    List<String> known =
        MAPPER.getDeserializationConfig().introspect(e.getType()).findProperties().stream()
            .map(BeanPropertyDefinition::getName)
            .toList();
    for (var keys = node.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!known.contains(key)) {
        String path = path(e);
        throw unknown(origin, path + (path.isEmpty() ? "" : ".") + key, List.copyOf(known), e);
      }
    }
  }

  private static IllegalArgumentException unknown(
      Origin origin, String key, Collection<Object> known, Exception cause) {
    String names = known.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    return refusal(origin, key, "unknown", "one of " + names, cause);
  }

  private static IllegalArgumentException refusal(
      Origin origin, String key, Object value, String expected, Exception cause) {
    return new IllegalArgumentException(
        origin.prefix(key) + Check.message(key, value, expected), cause);
  }

  /** Joins the path of a record with the message of its constructor, which may begin with a key. */
  private static IllegalArgumentException refused(
      Origin origin, String path, String why, Exception cause) {
    boolean named = why.matches("(?s)[a-zA-Z-]+: .*");
    String key = named ? key(why.substring(0, why.indexOf(": "))) : "";
    String whole = path.isEmpty() || key.isEmpty() ? path + key : path + "." + key;
    String rest = named ? why.substring(why.indexOf(": ")) : (path.isEmpty() ? "" : ": ") + why;
    return new IllegalArgumentException(origin.prefix(whole) + whole + rest, cause);
  }

  /** Returns {@code a-key} for {@code aKey}. */
  private static String key(String component) {
    return component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
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
    if (type == Integer.class || type == Long.class) {
      return "a whole number";
    }
    if (type == Double.class) {
      return "a number";
    }
    if (type == Boolean.class) {
      return "true or false";
    }
    if (type == Instant.class) {
      return "a time such as 2030-01-01T00:00:00Z";
    }
    if (Iterable.class.isAssignableFrom(type) && type != Path.class) {
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
