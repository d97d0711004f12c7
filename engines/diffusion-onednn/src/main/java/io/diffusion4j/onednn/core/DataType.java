package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s8;

import io.diffusion4j.nn.engine.Precision;

/** Number formats in memory. */
public enum DataType {
  FLOAT32(4),
  BFLOAT16(2),
  INT8(1);

  private final int bytes;

  DataType(int bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns the format of activations. Between the products of {@link Precision#INT8} it is
   * bfloat16, or float32 on a processor without it.
   */
  public static DataType of(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> FLOAT32;
      case BFLOAT16 -> BFLOAT16;
      case INT8 -> Natives.fast(Precision.BFLOAT16) ? BFLOAT16 : FLOAT32;
      case EXACT -> throw new IllegalArgumentException("precision: exact (expected: of floats)");
    };
  }

  /** Returns the bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Its number in oneDNN. */
  int code() {
    return switch (this) {
      case FLOAT32 -> dnnl_f32;
      case BFLOAT16 -> dnnl_bf16;
      case INT8 -> dnnl_s8;
    };
  }
}
