package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.process.ProcessMemory;
import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.Row;
import java.util.OptionalDouble;

/** The most memory of this process that was resident while each of some rows was measured. */
public final class MemoryPeaks {
  private double most;

  /** Measures from here on. */
  public MemoryPeaks() {
    ProcessMemory.forgetPeak();
  }

  /** A row with the peak since the row before; as it is where the system does not tell. */
  public Row noted(Row row) {
    OptionalDouble peak = ProcessMemory.peakMebibytes();
    if (peak.isEmpty()) {
      return row;
    }
    most = Math.max(most, peak.getAsDouble());
    ProcessMemory.forgetPeak();
    return row.with(Figure.MEBIBYTES, peak.getAsDouble());
  }

  /** A row with the peak of all, and since the last of them. */
  public Row ofAll(Row row) {
    return ProcessMemory.peakMebibytes().isEmpty() ? row : noted(row).with(Figure.MEBIBYTES, most);
  }
}
