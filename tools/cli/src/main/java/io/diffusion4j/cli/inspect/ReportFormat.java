package io.diffusion4j.cli.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.pipeline.ComponentReport;
import io.diffusion4j.pipeline.FolderReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report on a folder as text and as JSON. */
final class ReportFormat {
  private static final String ROW = "%-20s %-28s %,15d %-10s %,17d  %s%n";

  private ReportFormat() {}

  static void table(FolderReport report, PrintWriter out) {
    out.printf(
        "%-20s %-28s %15s %-10s %17s%n", "component", "class", "parameters", "dtype", "bytes");
    for (ComponentReport c : report.components()) {
      out.printf(
          Locale.ROOT,
          ROW,
          c.name(),
          c.className(),
          c.parameterCount(),
          dtypes(c),
          c.bytes(),
          c.isSound() ? "" : "does not fit");
    }
    out.printf(Locale.ROOT, ROW, "all", "", report.parameterCount(), "", report.bytes(), "");
    for (CheckpointException failure : report.allFailures()) {
      out.println(String.valueOf(failure.getMessage()));
    }
  }

  private static String dtypes(ComponentReport c) {
    return c.parameters().keySet().stream()
        .sorted()
        .map(dtype -> dtype.name())
        .collect(Collectors.joining("+"));
  }

  static String json(FolderReport report) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("folder", report.folder().toString());
    root.put("sound", report.isSound());
    root.put("parameters", report.parameterCount());
    root.put("bytes", report.bytes());
    addAll(root.putArray("failures"), messages(report.failures()));
    ArrayNode components = root.putArray("components");
    for (ComponentReport c : report.components()) {
      ObjectNode component = components.addObject();
      component.put("name", c.name());
      component.put("class", c.className());
      component.put("sound", c.isSound());
      component.put("parameters", c.parameterCount());
      ObjectNode dtypes = component.putObject("dtypes");
      c.parameters().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(entry -> dtypes.put(entry.getKey().name(), entry.getValue()));
      component.put("bytes", c.bytes());
      addAll(component.putArray("missing"), c.differences().missing());
      addAll(component.putArray("unused"), c.differences().unused());
      addAll(component.putArray("misshaped"), c.differences().misshaped());
      addAll(component.putArray("failures"), messages(c.failures()));
    }
    return root.toPrettyString();
  }

  private static List<String> messages(List<CheckpointException> failures) {
    return failures.stream().map(failure -> String.valueOf(failure.getMessage())).toList();
  }

  private static void addAll(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }
}
