package io.diffusion4j.nn;

/** An operation on two numbers, with its partial derivatives. */
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

  /** Returns the derivative with respect to a. */
  public double byFirst(double a, double b) {
    return switch (this) {
      case ADD, SUBTRACT -> 1;
      case MULTIPLY -> b;
      case MAXIMUM -> a >= b ? 1 : 0;
      case MINIMUM -> a <= b ? 1 : 0;
    };
  }

  /** Returns the derivative with respect to b. */
  public double bySecond(double a, double b) {
    return switch (this) {
      case ADD -> 1;
      case SUBTRACT -> -1;
      case MULTIPLY -> a;
      case MAXIMUM -> a >= b ? 0 : 1;
      case MINIMUM -> a <= b ? 0 : 1;
    };
  }
}
