package io.diffusion4j.ort;

import ai.onnxruntime.OrtEnvironment;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Precision;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The engine on ONNX Runtime, with one of its providers. It has every layer, runs networks in
 * float32, and neither trains nor differentiates them. It runs only where it is named.
 *
 * <p>This class is the provider for processors; its subclasses are the other providers. All of them
 * are registered for {@link java.util.ServiceLoader}.
 */
public class OrtEngine implements Engine {
  private final Provider provider;

  /** Creates the engine for processors; the library is loaded at its first use. */
  public OrtEngine() {
    this(Provider.CPU);
  }

  private OrtEngine(Provider provider) {
    this.provider = provider;
  }

  /** The engine for NVIDIA's devices. */
  public static final class Cuda extends OrtEngine {
    /** Creates the engine; the library is loaded at its first use. */
    public Cuda() {
      super(Provider.CUDA);
    }
  }

  /** The engine for Apple's devices. */
  public static final class CoreMl extends OrtEngine {
    /** Creates the engine; the library is loaded at its first use. */
    public CoreMl() {
      super(Provider.CORE_ML);
    }
  }

  /** The engine for devices with DirectX 12. */
  public static final class DirectMl extends OrtEngine {
    /** Creates the engine; the library is loaded at its first use. */
    public DirectMl() {
      super(Provider.DIRECT_ML);
    }
  }

  @Override
  public String name() {
    return provider.engine;
  }

  @Override
  public boolean isAutomatic() {
    return false;
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    if (precision != Precision.FLOAT32) {
      return Optional.of("ONNX Runtime computes in float32 here; use --precision f32");
    }
    try {
      var available = OrtEnvironment.getAvailableProviders();
      return available.contains(provider.provider)
          ? Optional.empty()
          : Optional.of(
              "this build of ONNX Runtime lacks %s (it has %s)"
                  .formatted(
                      provider.provider.getName(),
                      available.stream()
                          .map(known -> known.getName())
                          .sorted()
                          .collect(Collectors.joining(", "))));
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public List<Executable> compile(
      Network network, List<Network> variants, TensorSource weights, Compute compute) {
    return OrtNetwork.of(network, variants, weights, compute.threads(), provider);
  }
}
