package io.diffusion4j.onnx;

import io.diffusion4j.checkpoint.DType;

/** The types of tensors, with their numbers in {@code TensorProto.DataType}. */
enum ElementType {
  FLOAT(1, DType.F32),
  INT64(7, DType.I64),
  FLOAT16(10, DType.F16),
  DOUBLE(11, DType.F64),
  BFLOAT16(16, DType.BF16);

  /** The number in {@code TensorProto.DataType}. */
  final int code;

  final DType dtype;

  ElementType(int code, DType dtype) {
    this.code = code;
    this.dtype = dtype;
  }
}
