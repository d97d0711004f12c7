package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.nio.file.Path;
import java.util.List;

/**
 * An engine in a precision. The first is the reference for the others. ONNX Runtime has no bfloat16
 * products on processors.
 */
enum EngineUnderTest {
  OURS_F32(Maker.OURS, Precision.FLOAT32),
  OURS_BF16(Maker.OURS, Precision.BFLOAT16),
  OURS_INT8(Maker.OURS, Precision.INT8),
  ORT_F32(Maker.ONNX_RUNTIME, Precision.FLOAT32),
  TORCH_F32(Maker.LIBTORCH, Precision.FLOAT32),
  TORCH_BF16(Maker.LIBTORCH, Precision.BFLOAT16);

  /** The library that an engine belongs to. */
  enum Maker {
    OURS("Diffusion4J", 0),
    ONNX_RUNTIME("ONNX Runtime", 1),
    LIBTORCH("libtorch", 2);

    final String title;

    /** The number of its colour in charts. */
    final int color;

    Maker(String title, int color) {
      this.title = title;
      this.color = color;
    }
  }

  final Maker maker;
  final Precision precision;

  EngineUnderTest(Maker maker, Precision precision) {
    this.maker = maker;
    this.precision = precision;
  }

  boolean isOurs() {
    return maker == Maker.OURS;
  }

  /** Whether this machine runs it. */
  boolean isHere() {
    return !isOurs() || Engines.has(compute());
  }

  private Compute compute() {
    return Compute.of(precision).withEngine(Engines.asked());
  }

  /**
   * Opens a network, after writing it in the format of the engine if it has one.
   *
   * @param folder an empty folder for files
   */
  PeerNetwork open(PeerSubject subject, Path folder) {
    return switch (maker) {
      case OURS -> OwnEngineRunner.open(subject, compute());
      case ONNX_RUNTIME -> OnnxRuntimeNetwork.open(subject, folder);
      case LIBTORCH ->
          LibtorchNetwork.open(
              subject,
              precision == Precision.BFLOAT16 ? TorchPrecision.BFLOAT16 : TorchPrecision.FLOAT32,
              folder);
    };
  }

  /**
   * The largest relative RMS difference of a peer's outputs to the reference that rounding
   * explains. Networks with random weights amplify rounding more than trained ones.
   */
  double tolerance() {
    return precision == Precision.FLOAT32 ? 1e-4 : 0.1;
  }

  /** A network in an engine of ours. */
  private record OwnEngineRunner(CompiledNetwork network) implements PeerNetwork {
    static OwnEngineRunner open(PeerSubject subject, Compute compute) {
      return new OwnEngineRunner(
          new CompiledNetwork(subject.network(), subject.weights(), compute));
    }

    @Override
    public List<float[]> run(Batch batch) {
      return network.run(batch);
    }

    @Override
    public void close() {
      network.close();
    }
  }
}
