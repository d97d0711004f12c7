package io.diffusion4j.nn;

/** A function of one number, with its derivative. */
public enum Function {
  /** −x. */
  NEGATE {
    @Override
    public double of(double x) {
      return -x;
    }

    @Override
    public double derivative(double x, double y) {
      return -1;
    }
  },
  /** |x|, with derivative 0 at 0. */
  ABS {
    @Override
    public double of(double x) {
      return Math.abs(x);
    }

    @Override
    public double derivative(double x, double y) {
      return Math.signum(x);
    }
  },
  /** x². */
  SQUARE {
    @Override
    public double of(double x) {
      return x * x;
    }

    @Override
    public double derivative(double x, double y) {
      return 2 * x;
    }
  },
  /** eˣ. */
  EXP {
    @Override
    public double of(double x) {
      return Math.exp(x);
    }

    @Override
    public double derivative(double x, double y) {
      return y;
    }
  },
  /** ln x. */
  LOG {
    @Override
    public double of(double x) {
      return Math.log(x);
    }

    @Override
    public double derivative(double x, double y) {
      return 1 / x;
    }
  },
  /** 1/√x. */
  INVERSE_ROOT {
    @Override
    public double of(double x) {
      return 1 / Math.sqrt(x);
    }

    @Override
    public double derivative(double x, double y) {
      return -0.5 * y / x;
    }
  },
  /** σ(x) = 1/(1 + e⁻ˣ). */
  SIGMOID {
    @Override
    public double of(double x) {
      return 1 / (1 + Math.exp(-x));
    }

    @Override
    public double derivative(double x, double y) {
      return y * (1 - y);
    }
  },
  /** x·σ(x). */
  SILU {
    @Override
    public double of(double x) {
      return x * SIGMOID.of(x);
    }

    @Override
    public double derivative(double x, double y) {
      double sigmoid = SIGMOID.of(x);
      return sigmoid * (1 + x * (1 - sigmoid));
    }
  },
  /** max(x, 0), with derivative 0 at 0. */
  RELU {
    @Override
    public double of(double x) {
      return Math.max(x, 0);
    }

    @Override
    public double derivative(double x, double y) {
      return x > 0 ? 1 : 0;
    }
  },
  /** x·Φ(x) with the normal distribution function Φ (Hendrycks &amp; Gimpel 2016), exactly. */
  GELU {
    @Override
    public double of(double x) {
      return x * NormalDistribution.cdf(x);
    }

    @Override
    public double derivative(double x, double y) {
      return NormalDistribution.cdf(x) + x * NormalDistribution.density(x);
    }
  },
  /** x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2, the approximation of {@link #GELU} of its paper. */
  GELU_TANH {
    @Override
    public double of(double x) {
      return 0.5 * x * (1 + Math.tanh(ROOT_2_BY_PI * (x + CUBIC * x * x * x)));
    }

    @Override
    public double derivative(double x, double y) {
      double tanh = Math.tanh(ROOT_2_BY_PI * (x + CUBIC * x * x * x));
      double inner = ROOT_2_BY_PI * (1 + 3 * CUBIC * x * x);
      return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * inner;
    }
  },
  /** x·σ(1.702·x), the approximation of {@link #GELU} that OpenAI's CLIP was trained with. */
  QUICK_GELU {
    @Override
    public double of(double x) {
      return x * SIGMOID.of(QUICK * x);
    }

    @Override
    public double derivative(double x, double y) {
      double sigmoid = SIGMOID.of(QUICK * x);
      return sigmoid * (1 + QUICK * x * (1 - sigmoid));
    }
  };

  /** √(2/π), the outer factor in {@link #GELU_TANH}. */
  public static final double ROOT_2_BY_PI = Math.sqrt(2 / Math.PI);

  /** The factor of x³ in {@link #GELU_TANH}. */
  public static final double CUBIC = 0.044715;

  /** The factor in {@link #QUICK_GELU}. */
  public static final double QUICK = 1.702;

  /** Returns the value at x. */
  public abstract double of(double x);

  /**
   * Returns the derivative at x.
   *
   * @param y the value at x
   */
  public abstract double derivative(double x, double y);
}
