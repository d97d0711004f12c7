package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.cli.inspect.ProcessMemory;
import java.util.OptionalDouble;

/** The peak resident memory of this process during the measurement of each row. */
public final class MemoryPeaks {
  private double most;

  /** Starts measuring. */
  public MemoryPeaks() {
    ProcessMemory.forgetPeak();
  }

  /** Returns a row with the peak since the row before; unchanged on systems without this figure. */
  public Row noted(Row row) {
    OptionalDouble peak = ProcessMemory.peakMebibytes();
    if (peak.isEmpty()) {
      return row;
    }
    most = Math.max(most, peak.getAsDouble());
    ProcessMemory.forgetPeak();
    return row.with(Figure.MEBIBYTES, peak.getAsDouble());
  }

  /** Returns a row with the peak of all rows and the time since the last. */
  public Row ofAll(Row row) {
    return ProcessMemory.peakMebibytes().isEmpty() ? row : noted(row).with(Figure.MEBIBYTES, most);
  }
}
