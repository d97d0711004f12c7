package io.diffusion4j.serving.errors;

import com.google.rpc.BadRequest.FieldViolation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;

/** Everything that is wrong with a request, so that one answer tells all of it. */
public final class Violations {
  /** More are not told one by one: an answer's trailers must stay small. */
  private static final int MOST_TOLD = 16;

  private final UnaryOperator<String> names;
  private final List<FieldViolation> found = new ArrayList<>();
  private int untold;

  /** Of a client that knows fields by their paths in the request. */
  public Violations() {
    this(UnaryOperator.identity());
  }

  /**
   * Of a caller that knows fields by other names.
   *
   * @param names what a field is called, by its path in the request
   */
  public Violations(UnaryOperator<String> names) {
    this.names = names;
  }

  /**
   * A field has a value that it must not have.
   *
   * @param field the path of the field in the request
   * @param value the value; words of the client in quotes, as {@link Errors#quote} makes them
   */
  public void add(String field, Object value, String expected) {
    add(field, value + " (expected: " + expected + ")");
  }

  /** A field has a value that somebody else refuses. */
  public void add(String field, IllegalArgumentException refusal) {
    add(field, String.valueOf(refusal.getMessage()));
  }

  /** A field holds an image that cannot be read. */
  public void add(String field, IOException unreadable) {
    add(field, String.valueOf(unreadable.getMessage()).replaceFirst("^image: ", ""));
  }

  private void add(String field, String description) {
    if (found.size() < MOST_TOLD) {
      found.add(
          FieldViolation.newBuilder()
              .setField(names.apply(field))
              .setDescription(description)
              .build());
    } else {
      untold++;
    }
  }

  public void addUnlessOneOf(String field, String value, Collection<String> known) {
    if (!known.contains(value)) {
      add(field, Errors.quote(value), "one of " + String.join(", ", known));
    }
  }

  /** How many there are. */
  public int size() {
    return found.size() + untold;
  }

  /** Ends the request with all violations, if there are any. */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw Errors.invalidArgument(found, untold);
    }
  }
}
