package io.diffusion4j.training.strict;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes values of types out of a tree: numbers, booleans, texts, enums, lists, and records of
 * these. A component marked {@link Nullable} may be missing. A constructor may be called with null
 * for a record that is faulty itself; what it makes of it is not used.
 */
final class RecordReader {
  private final Faults faults;

  RecordReader(Faults faults) {
    this.faults = faults;
  }

  /** The value at a path, or null if there is a fault, which is recorded. */
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
    Object value = scalar(node, plain);
    return value == null ? fault(path, shown(node), type) : value;
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

  /** The record at a path; at the empty one, that of the root, other fields are not faults. */
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
    // A record with a faulty one in it is made all the same, to learn what else is wrong with it.
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

  private static @Nullable Object scalar(JsonNode node, Class<?> type) {
    if (type == int.class || type == Integer.class) {
      return node.isIntegralNumber() && node.canConvertToInt() ? node.intValue() : null;
    }
    if (type == long.class || type == Long.class) {
      return node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : null;
    }
    if (type == double.class || type == Double.class) {
      return node.isNumber() ? node.doubleValue() : null;
    }
    if (type == boolean.class || type == Boolean.class) {
      return node.isBoolean() ? node.booleanValue() : null;
    }
    if (type == String.class) {
      return node.isTextual() ? node.textValue() : null;
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .filter(constant -> node.isTextual() && word(constant).equals(node.textValue()))
          .findFirst()
          .orElse(null);
    }
    throw new IllegalStateException("type: " + type + " (expected: one that settings have)");
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
    if (plain.isRecord()) {
      return "keys and values";
    }
    if (plain.isEnum()) {
      return "one of "
          + Arrays.stream(plain.getEnumConstants())
              .map(RecordReader::word)
              .collect(Collectors.joining(", "));
    }
    if (plain == boolean.class || plain == Boolean.class) {
      return "true or false";
    }
    if (plain == double.class || plain == Double.class) {
      return "a number";
    }
    return plain == String.class ? "a text" : "a whole number";
  }

  private static String shown(JsonNode node) {
    return node.isContainerNode() && node.toString().length() > 60
        ? (node.isArray() ? "a list" : "keys and values")
        : node.toString();
  }

  private static boolean isOptional(AnnotatedType type) {
    return type.isAnnotationPresent(Nullable.class);
  }

  /** {@code a-key} for the component {@code aKey}. */
  static String key(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /** {@code a-word} for the constant {@code A_WORD}. */
  static String word(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
