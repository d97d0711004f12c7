package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import io.diffusion4j.nn.engine.Precision;

/** Number formats in memory. */
public enum DataType {
  FLOAT32(4),
  BFLOAT16(2);

  private final int bytes;

  DataType(int bytes) {
    this.bytes = bytes;
  }

  public static DataType of(Precision precision) {
    return precision == Precision.BFLOAT16 ? BFLOAT16 : FLOAT32;
  }

  public int bytes() {
    return bytes;
  }

  /** Its number in oneDNN. */
  int code() {
    return this == FLOAT32 ? dnnl_f32 : dnnl_bf16;
  }
}
