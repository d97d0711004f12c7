package io.diffusion4j.onednn.run;

import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_gelu_erf;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;

import io.diffusion4j.nn.Function;
import java.util.Optional;

/** A function of each number by itself. */
enum Curve {
  /** x·σ(x). */
  SILU(dnnl_eltwise_swish, 1),
  /** x·Φ(x). */
  GELU(dnnl_eltwise_gelu_erf, 0);

  private final int code;
  private final float alpha;

  Curve(int code, float alpha) {
    this.code = code;
    this.alpha = alpha;
  }

  /** The curve that a function is, if oneDNN has it. */
  static Optional<Curve> of(Function function) {
    return switch (function) {
      case SILU -> Optional.of(SILU);
      case GELU -> Optional.of(GELU);
      case NEGATE, ABS, SQUARE, EXP, LOG, INVERSE_ROOT, SIGMOID, QUICK_GELU -> Optional.empty();
    };
  }

  /** oneDNN's name of it. */
  int code() {
    return code;
  }

  /** oneDNN's first parameter of it. */
  float alpha() {
    return alpha;
  }
}
