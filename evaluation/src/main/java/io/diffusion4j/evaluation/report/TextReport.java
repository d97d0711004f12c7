package io.diffusion4j.evaluation.report;

import io.diffusion4j.evaluation.Metric;
import java.util.ArrayList;
import java.util.List;

/** The metrics as a table in text, the numbers flush right. */
public final class TextReport {
  private TextReport() {}

  /** A line of headings, and one for each metric. */
  public static List<String> lines(List<Metric> metrics) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(Numbers.HEADINGS);
    metrics.forEach(metric -> rows.add(Numbers.cells(metric)));
    int[] widths = new int[Numbers.HEADINGS.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - row.get(i).length());
      line.append(i == 0 ? "" : "  ");
      line.append(i == 0 ? row.get(i) + padding : padding + row.get(i));
    }
    return line.toString();
  }
}
