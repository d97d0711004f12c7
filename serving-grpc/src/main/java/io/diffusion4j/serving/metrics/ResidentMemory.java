package io.diffusion4j.serving.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory of this process as Linux counts it (proc(5), {@code /proc/self/status}): heap, code,
 * and what TensorFlow allocates natively, which the JVM does not know of.
 */
final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

  private ResidentMemory() {}

  /** Adds the meter, on systems that tell. */
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

  /** Not below 0, where the JVM has set aside more than it uses. */
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
      return Double.NaN; // what Prometheus has for a value that cannot be told
    }
  }
}
