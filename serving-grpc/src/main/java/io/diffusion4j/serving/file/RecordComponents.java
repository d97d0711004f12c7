package io.diffusion4j.serving.file;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Constructs records by their components. The constructors of settings replace null, which stands
 * for a missing value, by the default; no component is null afterwards.
 */
public final class RecordComponents {
  private RecordComponents() {}

  /** Returns a record of default values. */
  public static <T extends Record> T defaults(Class<T> type) {
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] values = new @Nullable Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = components[i].getType() == Optional.class ? Optional.empty() : null;
    }
    return construct(type, values);
  }

  /** Returns a record with another value of one component. */
  @SuppressWarnings("unchecked")
  public static <T extends Record> T with(T record, String name, Object value) {
    RecordComponent[] components = record.getClass().getRecordComponents();
    @Nullable Object[] values = new @Nullable Object[components.length];
    try {
      for (int i = 0; i < values.length; i++) {
        values[i] =
            components[i].getName().equals(name)
                ? value
                : components[i].getAccessor().invoke(record);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + record, e);
    }
    return construct((Class<T>) record.getClass(), values);
  }

  private static <T extends Record> T construct(Class<T> type, @Nullable Object[] values) {
    Class<?>[] types =
        Stream.of(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException invalid) {
        throw invalid;
      }
      throw new IllegalStateException("cannot make a " + type, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type, e);
    }
  }
}
