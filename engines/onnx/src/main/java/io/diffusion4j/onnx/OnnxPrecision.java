package io.diffusion4j.onnx;

/**
 * The number format of weights and activations in a file. Inputs, outputs, normalisations and
 * softmax are float32 in each of them.
 */
public enum OnnxPrecision {
  FLOAT32(ElementType.FLOAT, 18, 8),
  FLOAT16(ElementType.FLOAT16, 18, 8),
  /** Operator set 22 is the first whose convolution has bfloat16. */
  BFLOAT16(ElementType.BFLOAT16, 22, 10);

  final ElementType type;

  /** The version of the operators. */
  final int operators;

  /** The version of the file format that belongs to these operators. */
  final int format;

  OnnxPrecision(ElementType type, int operators, int format) {
    this.type = type;
    this.operators = operators;
    this.format = format;
  }
}
