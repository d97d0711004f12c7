package io.diffusion4j.evaluation.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.diffusion4j.evaluation.Estimate;
import io.diffusion4j.evaluation.Metric;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The metrics as JSON: facts about the run, and under {@code metrics} an object for each, by name,
 * with {@code generated}, {@code ceiling}, {@code floor}, {@code interval} (of {@code generated}),
 * {@code seen}, {@code unseen} and {@code pictures}. What does not apply is null.
 */
public final class JsonReport {
  private JsonReport() {}

  /**
   * Writes the file.
   *
   * @param facts what the numbers depend on, such as the model and the seed; numbers and texts
   */
  public static void write(Path file, Map<String, Object> facts, List<Metric> metrics) {
    write(file, facts, json -> metrics(json, metrics));
  }

  /**
   * Writes the file of several evaluations: under {@code points} an object for each, with the
   * settings in which they differ and {@code metrics}.
   *
   * @param facts what all numbers depend on
   */
  public static void writeSweep(Path file, Map<String, Object> facts, List<SweepPoint> points) {
    write(
        file,
        facts,
        json -> {
          json.writeArrayFieldStart("points");
          for (SweepPoint point : points) {
            json.writeStartObject();
            for (var setting : point.at().entrySet()) {
              json.writeStringField(setting.getKey(), setting.getValue());
            }
            metrics(json, point.metrics());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /** Writes fields. */
  @FunctionalInterface
  private interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }

  private static void write(Path file, Map<String, Object> facts, Fields fields) {
    var text = new StringWriter();
    try {
      try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
        json.setPrettyPrinter(new DefaultPrettyPrinter());
        json.writeStartObject();
        for (var fact : facts.entrySet()) {
          json.writeFieldName(fact.getKey());
          if (fact.getValue() instanceof Number number) {
            json.writeNumber(number.longValue());
          } else {
            json.writeString(fact.getValue().toString());
          }
        }
        fields.writeTo(json);
        json.writeEndObject();
      }
      Files.writeString(file, text + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
  }

  private static void metrics(JsonGenerator json, List<Metric> metrics) throws IOException {
    json.writeObjectFieldStart("metrics");
    for (Metric metric : metrics) {
      write(json, metric);
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Metric metric) throws IOException {
    json.writeObjectFieldStart(metric.name());
    json.writeNumberField("generated", metric.generated().value());
    json.writeNumberField("ceiling", metric.ceiling().value());
    number(json, "floor", metric.floor());
    json.writeArrayFieldStart("interval");
    json.writeNumber(metric.generated().low());
    json.writeNumber(metric.generated().high());
    json.writeEndArray();
    number(json, "seen", metric.seen());
    number(json, "unseen", metric.unseen());
    json.writeNumberField("pictures", metric.generated().pictures());
    json.writeEndObject();
  }

  private static void number(JsonGenerator json, String name, Optional<Estimate> estimate)
      throws IOException {
    if (estimate.isPresent()) {
      json.writeNumberField(name, estimate.get().value());
    } else {
      json.writeNullField(name);
    }
  }
}
