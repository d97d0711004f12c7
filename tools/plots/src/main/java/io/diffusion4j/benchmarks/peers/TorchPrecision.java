package io.diffusion4j.benchmarks.peers;

/** The type of weights and activations in an archive; inputs and outputs are float32 in each. */
public enum TorchPrecision {
  FLOAT32(TorchType.FLOAT32),
  BFLOAT16(TorchType.BFLOAT16);

  final TorchType type;

  TorchPrecision(TorchType type) {
    this.type = type;
  }
}
