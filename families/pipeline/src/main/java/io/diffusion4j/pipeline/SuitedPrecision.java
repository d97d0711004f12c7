package io.diffusion4j.pipeline;

import com.sun.management.OperatingSystemMXBean;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** The number format that suits a model and a machine. */
public final class SuitedPrecision {
  private static final System.Logger LOG = System.getLogger(SuitedPrecision.class.getName());

  private SuitedPrecision() {}

  /**
   * Returns bfloat16 if the weights of all networks in float32 would take more than half of the
   * machine's memory and the processor multiplies such numbers, else float32.
   *
   * @param components the folders of the networks
   */
  public static Precision of(Path... components) {
    long parameters = Stream.of(components).mapToLong(SuitedPrecision::parameters).sum();
    long bytes = Float.BYTES * parameters;
    if (bytes <= memory() / 2 || !Engines.areMadeFor(Precision.BFLOAT16)) {
      return Precision.FLOAT32;
    }
    LOG.log(
        System.Logger.Level.INFO,
        () ->
            String.format(
                Locale.ROOT,
                "networks compute in bf16: their %.1f GB in f32 are more than half of this"
                    + " machine's memory",
                bytes / 1e9));
    return Precision.BFLOAT16;
  }

  private static long parameters(Path component) {
    try (var weights = Checkpoint.open(component, Checkpoint.DIFFUSERS, Checkpoint.TRANSFORMERS)) {
      return weights.names().stream().mapToLong(name -> weights.info(name).size()).sum();
    }
  }

  private static long memory() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }
}
