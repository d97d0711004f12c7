package io.diffusion4j.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** The memory of this process. */
final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";
  private static final String RESIDENT = "VmRSS:";
  private static final double KIB_PER_MIB = 1024;

  private ProcessMemory() {}

  /** The most that was ever resident, native memory included, in MiB; only Linux tells. */
  static OptionalDouble peakMebibytes() {
    return mebibytes(PEAK);
  }

  /** What is resident now, native memory included, in MiB; only Linux tells. */
  static OptionalDouble residentMebibytes() {
    return mebibytes(RESIDENT);
  }

  private static OptionalDouble mebibytes(String what) {
    if (!Files.isReadable(STATUS)) {
      return OptionalDouble.empty();
    }
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(what))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / KIB_PER_MIB)
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + STATUS + ": " + e.getMessage(), e);
    }
  }
}
