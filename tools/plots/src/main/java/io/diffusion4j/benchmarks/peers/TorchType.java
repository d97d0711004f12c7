package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.checkpoint.DType;

/** The types of tensors, with their numbers in {@code c10::ScalarType}. */
enum TorchType {
  INT64(4, "LongStorage", DType.I64),
  FLOAT32(6, "FloatStorage", DType.F32),
  BFLOAT16(15, "BFloat16Storage", DType.BF16);

  /** The number that {@code torch.to} takes. */
  final int code;

  /** The class of its storage in a pickle, in the module {@code torch}. */
  final String storage;

  final DType dtype;

  TorchType(int code, String storage, DType dtype) {
    this.code = code;
    this.storage = storage;
    this.dtype = dtype;
  }
}
