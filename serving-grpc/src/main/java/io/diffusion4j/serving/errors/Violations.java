package io.diffusion4j.serving.errors;

import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;

/** The invalid fields of a request, collected so that one error reports all of them. */
public final class Violations {
  /** The number of violations that an error lists, which keeps the trailers of a response small. */
  private static final int MAX_TOLD = 16;

  private final UnaryOperator<String> names;
  private final List<FieldViolation> found = new ArrayList<>();
  private int untold;

  /** Creates an empty collection that names fields by their paths in the request. */
  public Violations() {
    this(UnaryOperator.identity());
  }

  /**
   * Creates an empty collection that names fields differently, as other interfaces need.
   *
   * @param names maps the path of a field in the request to the name that the client knows
   */
  public Violations(UnaryOperator<String> names) {
    this.names = names;
  }

  /**
   * Adds a field with an invalid value.
   *
   * @param field the path of the field in the request
   * @param value the value; text of the client must be quoted by {@link Errors#quote}
   * @param expected the valid values, such as {@code ≥ 1}
   */
  public void add(String field, Object value, String expected) {
    add(field, value + " (expected: " + expected + ")");
  }

  /** Adds a field whose value was refused by the code that uses it. */
  public void add(String field, IllegalArgumentException refusal) {
    add(field, String.valueOf(refusal.getMessage()).replaceFirst("^file: ", ""));
  }

  /** Adds a field with an image that cannot be decoded. */
  public void add(String field, IOException unreadable) {
    add(field, String.valueOf(unreadable.getMessage()).replaceFirst("^image: ", ""));
  }

  private void add(String field, String description) {
    if (found.size() < MAX_TOLD) {
      found.add(
          FieldViolation.newBuilder()
              .setField(names.apply(field))
              .setDescription(description)
              .build());
    } else {
      untold++;
    }
  }

  /** Adds a field unless its value is one of the known values. */
  public void addUnlessOneOf(String field, String value, Collection<String> known) {
    if (!known.contains(value)) {
      add(field, Errors.quote(value), "one of " + String.join(", ", known));
    }
  }

  /** Returns the number of violations, including those that are only counted. */
  public int size() {
    return found.size() + untold;
  }

  /**
   * Throws an {@code INVALID_ARGUMENT} error with all violations, if there are any.
   *
   * @throws StatusRuntimeException if there are violations
   */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw error();
    }
  }

  /** Returns the {@code INVALID_ARGUMENT} error with all violations. */
  public StatusRuntimeException error() {
    return Errors.invalidArgument(found, untold);
  }
}
