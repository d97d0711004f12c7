package io.diffusion4j.tf;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Precision;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;

/** The TensorFlow engine, which runs every network on every supported machine. */
public final class TensorFlowEngine implements Engine {
  /** Creates the engine; the library is loaded at its first use. */
  public TensorFlowEngine() {}

  @Override
  public String name() {
    return "tensorflow";
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    return precision == Precision.INT8
        ? Optional.of("TensorFlow computes in float32 and bfloat16")
        : Optional.empty();
  }

  @Override
  public boolean isLastResort() {
    return true;
  }

  @Override
  public long liveTensors() {
    return Pointer.totalCount();
  }

  @Override
  public List<String> accelerators() {
    return Accelerators.list();
  }

  @Override
  public List<Executable> compile(
      Network network, List<Network> variants, TensorSource weights, Compute compute) {
    return TensorFlowNetwork.of(network, variants, weights, compute);
  }

  @Override
  public Executable compileWithGradient(
      Network network, String input, TensorSource weights, Compute compute) {
    return TensorFlowNetwork.withGradient(network, input, weights, compute);
  }
}
