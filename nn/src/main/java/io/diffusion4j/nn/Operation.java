package io.diffusion4j.nn;

/** An operation on two numbers, with its partial derivatives. */
public enum Operation {
  /** a + b. */
  ADD {
    @Override
    public double of(double a, double b) {
      return a + b;
    }

    @Override
    public double byFirst(double a, double b) {
      return 1;
    }

    @Override
    public double bySecond(double a, double b) {
      return 1;
    }
  },
  /** a − b. */
  SUBTRACT {
    @Override
    public double of(double a, double b) {
      return a - b;
    }

    @Override
    public double byFirst(double a, double b) {
      return 1;
    }

    @Override
    public double bySecond(double a, double b) {
      return -1;
    }
  },
  /** a·b. */
  MULTIPLY {
    @Override
    public double of(double a, double b) {
      return a * b;
    }

    @Override
    public double byFirst(double a, double b) {
      return b;
    }

    @Override
    public double bySecond(double a, double b) {
      return a;
    }
  },
  /** The larger of the two; where they are equal, the gradient goes to the first. */
  MAXIMUM {
    @Override
    public double of(double a, double b) {
      return Math.max(a, b);
    }

    @Override
    public double byFirst(double a, double b) {
      return a >= b ? 1 : 0;
    }

    @Override
    public double bySecond(double a, double b) {
      return a >= b ? 0 : 1;
    }
  },
  /** The smaller of the two; where they are equal, the gradient goes to the first. */
  MINIMUM {
    @Override
    public double of(double a, double b) {
      return Math.min(a, b);
    }

    @Override
    public double byFirst(double a, double b) {
      return a <= b ? 1 : 0;
    }

    @Override
    public double bySecond(double a, double b) {
      return a <= b ? 0 : 1;
    }
  };

  /** Returns the result. */
  public abstract double of(double a, double b);

  /** Returns the derivative with respect to a. */
  public abstract double byFirst(double a, double b);

  /** Returns the derivative by b. */
  public abstract double bySecond(double a, double b);
}
