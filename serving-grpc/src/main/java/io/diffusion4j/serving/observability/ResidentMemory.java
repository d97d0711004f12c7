package io.diffusion4j.serving.observability;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The resident memory of this process as reported by Linux (proc(5), {@code /proc/self/status}):
 * heap, code, and native allocations such as TensorFlow's, which the JVM does not count.
 */
final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

  private ResidentMemory() {}

  /** Registers the gauges; does nothing on systems without {@code /proc}. */
  static void bindTo(MeterRegistry registry) {
    if (Files.isReadable(STATUS)) {
      Gauge.builder("process.resident.memory", ResidentMemory::bytes)
          .baseUnit("bytes")
          .register(registry);
      Gauge.builder("diffusion4j.native", ResidentMemory::nativeBytes)
          .baseUnit("bytes")
          .register(registry);
    }
  }

  /** Returns the resident bytes less the committed memory of the JVM, at least 0. */
  private static double nativeBytes() {
    var jvm = ManagementFactory.getMemoryMXBean();
    return Math.max(
        0,
        bytes()
            - jvm.getHeapMemoryUsage().getCommitted()
            - jvm.getNonHeapMemoryUsage().getCommitted());
  }

  private static double bytes() {
    try {
      Matcher resident = RESIDENT.matcher(Files.readString(STATUS));
      return resident.find() ? 1024 * Double.parseDouble(resident.group(1)) : Double.NaN;
    } catch (IOException e) {
      return Double.NaN; // the value that Prometheus shows for a gauge that cannot be read
    }
  }
}
