package io.diffusion4j.benchmarks;

import java.util.OptionalDouble;

/** The most memory of this process that was resident while each of some rows was measured. */
final class MemoryPeaks {
  private double most;

  /** Measures from here on. */
  MemoryPeaks() {
    ProcessMemory.forgetPeak();
  }

  /** A row with the peak since the row before; as it is where the system does not tell. */
  Row noted(Row row) {
    OptionalDouble peak = ProcessMemory.peakMebibytes();
    if (peak.isEmpty()) {
      return row;
    }
    most = Math.max(most, peak.getAsDouble());
    ProcessMemory.forgetPeak();
    return row.with(Figure.MEBIBYTES, peak.getAsDouble());
  }

  /** A row with the peak of all, and since the last of them. */
  Row ofAll(Row row) {
    return ProcessMemory.peakMebibytes().isEmpty() ? row : noted(row).with(Figure.MEBIBYTES, most);
  }
}
