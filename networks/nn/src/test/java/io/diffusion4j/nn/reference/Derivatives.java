package io.diffusion4j.nn.reference;

import static io.diffusion4j.diffusion.loss.TanhNormal.CUBIC;
import static io.diffusion4j.diffusion.loss.TanhNormal.ROOT_2_BY_PI;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Operation;

/** The derivatives of functions and operations. */
final class Derivatives {
  private Derivatives() {}

  /**
   * Returns the derivative of a function.
   *
   * @param y the value at x
   */
  static double of(Function function, double x, double y) {
    return switch (function) {
      case NEGATE -> -1;
      case ABS -> Math.signum(x);
      case SQUARE -> 2 * x;
      case EXP -> y;
      case LOG -> 1 / x;
      case SINE -> Math.cos(x);
      case INVERSE_ROOT -> -0.5 * y / x;
      case SIGMOID -> y * (1 - y);
      case SILU -> swish(x, 1);
      case RELU -> x > 0 ? 1 : 0;
      case GELU -> {
        double cdf = x == 0 ? 0.5 : y / x;
        yield cdf + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
      }
      case GELU_TANH -> {
        double tanh = Math.tanh(ROOT_2_BY_PI * (x + CUBIC * x * x * x));
        double inner = ROOT_2_BY_PI * (1 + 3 * CUBIC * x * x);
        yield 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * inner;
      }
      case QUICK_GELU -> swish(x, Function.QUICK);
    };
  }

  /** Returns the derivative of x·σ(factor·x). */
  private static double swish(double x, double factor) {
    double sigmoid = Function.SIGMOID.of(factor * x);
    return sigmoid * (1 + factor * x * (1 - sigmoid));
  }

  /** Returns the derivative of an operation with respect to a. */
  static double byFirst(Operation operation, double a, double b) {
    return switch (operation) {
      case ADD, SUBTRACT -> 1;
      case MULTIPLY -> b;
      case MAXIMUM -> a >= b ? 1 : 0;
      case MINIMUM -> a <= b ? 1 : 0;
    };
  }

  /** Returns the derivative of an operation with respect to b. */
  static double bySecond(Operation operation, double a, double b) {
    return switch (operation) {
      case ADD -> 1;
      case SUBTRACT -> -1;
      case MULTIPLY -> a;
      case MAXIMUM -> a >= b ? 0 : 1;
      case MINIMUM -> a <= b ? 0 : 1;
    };
  }
}
