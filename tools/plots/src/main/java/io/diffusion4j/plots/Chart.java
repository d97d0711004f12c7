package io.diffusion4j.plots;

import java.util.List;

/**
 * Curves over two axes. Points that a logarithmic axis cannot show are omitted.
 *
 * @param title the title above the chart; may be empty
 */
public record Chart(String title, Axis x, Axis y, List<ChartSeries> curves) {
  public Chart {
    curves =
        curves.stream()
            .map(
                curve ->
                    new ChartSeries(
                        curve.name(),
                        curve.look(),
                        curve.points().stream()
                            .filter(p -> x.shows(p.x()) && y.shows(p.y()))
                            .toList()))
            .filter(curve -> !curve.points().isEmpty())
            .toList();
    if (curves.isEmpty()) {
      throw new IllegalArgumentException("curves: none (expected: at least one with points)");
    }
    long names = curves.stream().map(ChartSeries::name).distinct().count();
    if (names < curves.size()) {
      throw new IllegalArgumentException(
          "curves: "
              + curves.stream().map(ChartSeries::name).toList()
              + " (expected: a name of its own for each)");
    }
  }

  /** Returns the chart with another title. */
  public Chart withTitle(String other) {
    return new Chart(other, x, y, curves);
  }
}
