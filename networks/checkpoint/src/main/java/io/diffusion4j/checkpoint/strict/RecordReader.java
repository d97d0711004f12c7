package io.diffusion4j.checkpoint.strict;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Converts a tree to values: numbers, booleans, texts, enums, lists, and records of these. A
 * component marked {@link Nullable} may be missing. A constructor may be called with null for a
 * faulty nested record; its result is then not used.
 */
final class RecordReader {
  private final Faults faults;

  RecordReader(Faults faults) {
    this.faults = faults;
  }

  /** Returns the value at a path, or null if there is a fault, which is recorded. */
  @Nullable Object read(JsonNode node, Type type, String path) {
    if (node.isMissingNode() || node.isNull()) {
      return fault(path, node.isNull() ? "null" : "missing", type);
    }
    if (type instanceof ParameterizedType list) {
      return list(node, list, path);
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isRecord()) {
      return node.isObject() ? record(node, plain, path) : fault(path, shown(node), type);
    }
    Scalar scalar = Scalar.of(plain);
    return scalar.isOne.test(node) ? scalar.reader.apply(node) : fault(path, shown(node), type);
  }

  private @Nullable Object list(JsonNode node, ParameterizedType type, String path) {
    if (!node.isArray()) {
      return fault(path, shown(node), type);
    }
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      Object element = read(node.get(i), type.getActualTypeArguments()[0], path + "[" + i + "]");
      if (element != null) {
        list.add(element);
      }
    }
    return list.size() == node.size() ? list : null;
  }

  /** Reads the record at a path. At the empty path, the root, unknown fields are not faults. */
  @Nullable Object record(JsonNode node, Class<?> type, String path) {
    String before = path.isEmpty() ? "" : path + ".";
    RecordComponent[] components = type.getRecordComponents();
    SortedSet<String> keys = new TreeSet<>();
    Class<?>[] types = new Class<?>[components.length];
    @Nullable Object[] values = new @Nullable Object[components.length];
    boolean readable = true;
    boolean complete = true;
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      String key = key(component);
      keys.add(key);
      types[i] = component.getType();
      if (node.has(key) || !isOptional(component.getAnnotatedType())) {
        values[i] = read(node.path(key), component.getGenericType(), before + key);
        complete &= values[i] != null;
        readable &= values[i] != null || component.getType().isRecord();
      }
    }
    if (!path.isEmpty()) {
      faults.requireKnown(node.fieldNames(), keys, before);
    }
    // A record with a faulty nested record is constructed all the same, to find its other faults.
    Object made = readable ? construct(type, types, values, before) : null;
    return complete ? made : null;
  }

  private @Nullable Object construct(
      Class<?> type, Class<?>[] types, @Nullable Object[] values, String before) {
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        faults.add(before, refused);
        return null;
      }
      throw new IllegalStateException("cannot make a " + type, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type, e);
    }
  }

  /** A type without components: the test, the conversion and the name of its values. */
  private record Scalar(
      Predicate<JsonNode> isOne, Function<JsonNode, Object> reader, String expected) {
    static final Map<Class<?>, Scalar> ALL =
        Map.of(
            Integer.class,
            new Scalar(
                n -> n.isIntegralNumber() && n.canConvertToInt(),
                JsonNode::intValue,
                "a whole number"),
            Long.class,
            new Scalar(
                n -> n.isIntegralNumber() && n.canConvertToLong(),
                JsonNode::longValue,
                "a whole number"),
            Double.class,
            new Scalar(JsonNode::isNumber, JsonNode::doubleValue, "a number"),
            Boolean.class,
            new Scalar(JsonNode::isBoolean, JsonNode::booleanValue, "true or false"),
            String.class,
            new Scalar(JsonNode::isTextual, JsonNode::textValue, "a text"));

    static Scalar of(Class<?> type) {
      if (type.isEnum()) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
          constants.put(word(constant), constant);
        }
        return new Scalar(
            n -> n.isTextual() && constants.containsKey(n.textValue()),
            n -> Objects.requireNonNull(constants.get(n.textValue())),
            "one of " + String.join(", ", constants.keySet()));
      }
      return Objects.requireNonNull(ALL.get(MethodType.methodType(type).wrap().returnType()));
    }
  }

  private @Nullable Object fault(String path, String value, Type type) {
    faults.require(false, path, value, expected(type));
    return null;
  }

  private static String expected(Type type) {
    if (type instanceof ParameterizedType list) {
      return "a list, each " + expected(list.getActualTypeArguments()[0]);
    }
    Class<?> plain = (Class<?>) type;
    return plain.isRecord() ? "keys and values" : Scalar.of(plain).expected;
  }

  private static String shown(JsonNode node) {
    return node.isContainerNode() && node.toString().length() > 60
        ? (node.isArray() ? "a list" : "keys and values")
        : node.toString();
  }

  private static boolean isOptional(AnnotatedType type) {
    return type.isAnnotationPresent(Nullable.class);
  }

  /** Returns {@code a-key} for the component {@code aKey}. */
  static String key(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /** Returns {@code a-word} for the constant {@code A_WORD}. */
  static String word(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
