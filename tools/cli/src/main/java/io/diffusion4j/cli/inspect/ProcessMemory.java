package io.diffusion4j.cli.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** The memory of this process. */
public final class ProcessMemory {
  private static final System.Logger LOG = System.getLogger(ProcessMemory.class.getName());
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR_REFS = Path.of("/proc/self/clear_refs");

  /** proc(5): resets only the peak. */
  private static final String FORGET_PEAK = "5";

  private static final String PEAK = "VmHWM:";
  private static final String RESIDENT = "VmRSS:";
  private static final double KIB_PER_MIB = 1024;

  private ProcessMemory() {}

  /**
   * Resets the peak to the current resident memory; on systems without this function, it remains
   * the peak of the whole process.
   */
  public static void forgetPeak() {
    try {
      Files.writeString(CLEAR_REFS, FORGET_PEAK);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "Peaks of memory are those of the whole time", e);
    }
  }

  /**
   * Returns the peak resident memory since {@link #forgetPeak}, native memory included, in MiB;
   * available on Linux only.
   */
  public static OptionalDouble peakMebibytes() {
    return mebibytes(PEAK);
  }

  /**
   * Returns the current resident memory, native memory included, in MiB; available on Linux only.
   */
  public static OptionalDouble residentMebibytes() {
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
