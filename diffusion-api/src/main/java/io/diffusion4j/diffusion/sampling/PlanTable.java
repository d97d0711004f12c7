package io.diffusion4j.diffusion.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A plan as text: a line for each step, with its timestep, ᾱ and ln(ᾱ/(1−ᾱ)), and then the factors
 * of its {@link Update}. A quantity of an earlier step is a column such as {@code x0[-1]}; a factor
 * of zero is left blank.
 */
final class PlanTable {
  private static final String GAP = "  ";

  private record Column(String head, Function<SamplingPlan.Step, String> cell) {}

  private final List<SamplingPlan.Step> steps;

  private PlanTable(SamplingPlan plan) {
    steps = plan.steps();
  }

  static String of(SamplingPlan plan) {
    return new PlanTable(plan).text();
  }

  private String text() {
    List<List<String>> columns = new ArrayList<>();
    for (Column column : columns()) {
      List<String> cells = new ArrayList<>();
      cells.add(column.head());
      steps.forEach(step -> cells.add(column.cell().apply(step)));
      columns.add(aligned(cells));
    }
    var text = new StringBuilder();
    for (int line = 0; line <= steps.size(); line++) {
      int row = line;
      String cells =
          columns.stream().map(column -> column.get(row)).collect(Collectors.joining(GAP));
      text.append(cells.stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("timestep", step -> time(step.t())));
    columns.add(new Column("alphaBar", step -> number(step.alphaBar())));
    columns.add(new Column("logSNR", step -> logSnr(step.alphaBar())));
    columns.add(new Column("x", step -> factor(step.update().x())));
    columns.add(new Column("x0", step -> factor(step.update().x0())));
    columns.add(new Column("eps", step -> factor(step.update().eps())));
    steps.stream()
        .flatMap(step -> step.update().past().stream())
        .map(Update.Past::label)
        .distinct()
        .sorted()
        .forEach(
            label ->
                columns.add(new Column(label, step -> factor(step.update().pastFactor(label)))));
    columns.add(new Column("noise", step -> noise(step.update().noise())));
    return columns;
  }

  /** Returns the standard deviation, or both bounds of one that the network chooses. */
  private static String noise(Noise noise) {
    if (noise.isNone()) {
      return "";
    }
    String sigma = number(noise.sigma());
    return noise.isLearned() ? sigma + " to " + number(noise.maxSigma()) : sigma;
  }

  private static String time(double t) {
    return t == Math.rint(t) ? Long.toString((long) t) : String.format(Locale.ROOT, "%.2f", t);
  }

  private static String logSnr(double alphaBar) {
    return alphaBar == 1
        ? "∞"
        : String.format(Locale.ROOT, "%.3f", Math.log(alphaBar) - Math.log1p(-alphaBar));
  }

  private static String factor(double factor) {
    return factor == 0 ? "" : number(factor);
  }

  /** Formats a number with five significant digits. */
  private static String number(double value) {
    return String.format(Locale.ROOT, "%.5g", value);
  }

  private static List<String> aligned(List<String> cells) {
    int width = cells.stream().mapToInt(String::length).max().orElse(0);
    return cells.stream().map(cell -> " ".repeat(width - cell.length()) + cell).toList();
  }
}
