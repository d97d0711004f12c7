package io.diffusion4j.kandinsky;

import com.sun.management.OperatingSystemMXBean;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** The number format that suits a model and a machine. */
final class SuitedPrecision {
  private static final System.Logger LOG = System.getLogger(SuitedPrecision.class.getName());

  private SuitedPrecision() {}

  /**
   * Returns bfloat16 if the weights of all networks in float32 would take more than half of the
   * machine's memory and the processor multiplies such numbers, else float32.
   */
  static Precision of(Path folder, PriorPlace place) {
    long parameters =
        Stream.of(
                folder.resolve(KandinskyFolder.UNET),
                folder.resolve(KandinskyFolder.MOVQ),
                place.network(),
                place.pipeline().resolve(KandinskyFolder.TEXT_ENCODER),
                place.pipeline().resolve(KandinskyFolder.IMAGE_ENCODER))
            .mapToLong(SuitedPrecision::parameters)
            .sum();
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
