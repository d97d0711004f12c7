package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_gelu_erf;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_gelu_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;

import io.diffusion4j.nn.Function;
import java.util.Optional;

/** An elementwise function. */
public enum Curve {
  /** x·σ(x). */
  SILU(dnnl_eltwise_swish, 1),
  /** max(x, 0). */
  RELU(dnnl_eltwise_relu, 0),
  /** x·Φ(x). */
  GELU(dnnl_eltwise_gelu_erf, 0),
  /** {@link Function#GELU_TANH}. */
  GELU_TANH(dnnl_eltwise_gelu_tanh, 0),
  /** x·σ(1.702·x). */
  QUICK_GELU(dnnl_eltwise_swish, (float) Function.QUICK);

  /** The lower bound of all curves: SiLU's minimum, rounded down. */
  public static final float MIN = -0.2785f;

  private final int code;
  private final float alpha;

  Curve(int code, float alpha) {
    this.code = code;
    this.alpha = alpha;
  }

  /** Returns the curve of a function, if oneDNN has it. */
  public static Optional<Curve> of(Function function) {
    return switch (function) {
      case SILU -> Optional.of(SILU);
      case RELU -> Optional.of(RELU);
      case GELU -> Optional.of(GELU);
      case GELU_TANH -> Optional.of(GELU_TANH);
      case QUICK_GELU -> Optional.of(QUICK_GELU);
      case NEGATE, ABS, SQUARE, EXP, LOG, SINE, INVERSE_ROOT, SIGMOID -> Optional.empty();
    };
  }

  /** Its number in oneDNN. */
  public int code() {
    return code;
  }

  /** Its first parameter in oneDNN. */
  public float alpha() {
    return alpha;
  }
}
