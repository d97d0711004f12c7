package io.diffusion4j.nn;

/** An operation on two numbers. */
public enum Operation {
  /** a + b. */
  ADD,
  /** a − b. */
  SUBTRACT,
  /** a·b. */
  MULTIPLY,
  /** The larger of the two; where they are equal, the gradient goes to the first. */
  MAXIMUM,
  /** The smaller of the two; where they are equal, the gradient goes to the first. */
  MINIMUM;

  // Branches instead of a method per constant, since one method is inlined into loops over arrays

  /** Returns the result. */
  public double of(double a, double b) {
    return switch (this) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
    };
  }
}
