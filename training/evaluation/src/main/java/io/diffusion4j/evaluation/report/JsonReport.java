package io.diffusion4j.evaluation.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.evaluation.Estimate;
import io.diffusion4j.evaluation.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The metrics as JSON: facts about the run, and under {@code metrics} an object for each, by name,
 * with {@code generated}, {@code ceiling}, {@code of_ceiling} (the former over the latter, for
 * shares), {@code floor}, {@code interval} (of {@code generated}), {@code seen}, {@code unseen} and
 * {@code pictures}. Values that do not apply are null.
 */
public final class JsonReport {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonReport() {}

  /**
   * Writes the file.
   *
   * @param facts the facts that the numbers depend on, such as the model and the seed; numbers and
   *     texts
   */
  public static void write(Path file, Map<String, Object> facts, List<Metric> metrics) {
    write(file, facts(facts).set("metrics", json(metrics)));
  }

  /**
   * Writes the file of several evaluations: under {@code points} an object for each, with the
   * settings in which they differ and {@code metrics}.
   *
   * @param facts the facts that all numbers depend on
   */
  public static void writeSweep(Path file, Map<String, Object> facts, List<SweepPoint> points) {
    ObjectNode json = facts(facts);
    var array = json.putArray("points");
    for (SweepPoint point : points) {
      ObjectNode object = array.addObject();
      point.at().forEach(object::put);
      object.set("metrics", json(point.metrics()));
    }
    write(file, json);
  }

  private static ObjectNode facts(Map<String, Object> facts) {
    ObjectNode json = MAPPER.createObjectNode();
    facts.forEach(
        (name, fact) -> json.putPOJO(name, fact instanceof Number ? fact : fact.toString()));
    return json;
  }

  private static ObjectNode json(List<Metric> metrics) {
    ObjectNode json = MAPPER.createObjectNode();
    for (Metric metric : metrics) {
      Estimate generated = metric.generated();
      ObjectNode object = json.putObject(metric.name());
      object.put("generated", generated.value());
      object.put("ceiling", metric.ceiling().value());
      object.put("of_ceiling", ofCeiling(metric));
      object.put("floor", value(metric.floor()));
      object.putArray("interval").add(generated.low()).add(generated.high());
      object.put("seen", value(metric.seen()));
      object.put("unseen", value(metric.unseen()));
      object.put("pictures", generated.pictures());
    }
    return json;
  }

  private static @Nullable Double ofCeiling(Metric metric) {
    double ceiling = metric.ceiling().value();
    return metric.kind() == Metric.Kind.SHARE && ceiling > 0
        ? metric.generated().value() / ceiling
        : null;
  }

  private static @Nullable Double value(Optional<Estimate> estimate) {
    return estimate.map(Estimate::value).orElse(null);
  }

  private static void write(Path file, ObjectNode json) {
    try {
      Files.writeString(
          file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
  }
}
