package io.diffusion4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.diffusion4j.benchmarks.Bench.Measurements;
import io.diffusion4j.benchmarks.images.ImageSettings;
import io.diffusion4j.benchmarks.networks.DecoderSubject;
import io.diffusion4j.benchmarks.networks.MemoryPeaks;
import io.diffusion4j.benchmarks.networks.NetworkCost;
import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.report.RunCount;
import io.diffusion4j.benchmarks.report.Table;
import io.diffusion4j.benchmarks.samplers.StepBenchmark;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The program measures what it reports; XS is a size for this test alone. */
@Tag("slow")
class BenchTest {
  private static final RunCount ONCE = new RunCount(0, 1, Duration.ZERO);
  private static final List<String> SAMPLERS = List.of("ddim", "ddpm", "dpmpp-2m");
  private static List<Row> rows = List.of();

  @BeforeAll
  static void measure() {
    var decoders = List.of(DecoderSubject.extraSmall());
    rows =
        Measurements.take(
            new Plan(
                decoders,
                List.of(1, 3),
                decoders,
                2,
                Optional.empty(),
                new ImageSettings(2, 2, 2, Precision.FLOAT32, 1, 1),
                ONCE,
                ONCE,
                ONCE,
                SAMPLERS,
                new StepBenchmark.Length(false, 1, 10)),
            row -> {});
  }

  @Test
  void thePeakComesFirstAndIsItsOwnMeasure() {
    assertThat(rows.get(0).name()).contains("peak");
    assertThat(rows.get(0).figure(Figure.FRACTION)).hasValue(1);
    assertThat(rows.get(0).figure(Figure.GFLOPS).orElseThrow()).isPositive();
  }

  @Test
  void aDecoderHasARowForEachPrecisionOfTheMachineAndEachBatch() {
    var keys =
        rows.stream()
            .filter(row -> row.name().equals("decoder XS"))
            .map(row -> row.precisionWord() + " " + row.batch().orElseThrow())
            .toList();
    assertThat(keys).startsWith("float32 1", "float32 3", "bfloat16 1", "bfloat16 3");
    assertThat(keys.subList(4, keys.size()))
        .containsExactlyElementsOf(
            Engines.has(Compute.of(Precision.INT8))
                ? List.of("int8 1", "int8 3", "exact 1", "exact 3")
                : List.of("exact 1", "exact 3"));
  }

  @Test
  void rateTimesTimeIsTheCountedCost() {
    double flops = NetworkCost.of(DecoderSubject.extraSmall().network()).flops();
    for (Row row : named("decoder XS")) {
      double done =
          row.figure(Figure.GFLOPS).orElseThrow()
              * row.figure(Figure.MILLISECONDS).orElseThrow()
              * 1e6;
      assertThat(done / (flops * row.batch().orElseThrow()))
          .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-9));
    }
  }

  @Test
  void trainingHasARowForEachPrecisionAndOptimizerWithImagesPerSecond() {
    for (String name : List.of("training step XS", "training step XS, Muon")) {
      assertThat(named(name))
          .hasSize(2)
          .allSatisfy(row -> assertThat(row.figure(Figure.IMAGES_PER_SECOND)).isPresent());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void networksHaveTheirPeakOfMemoryAndAllOfThemTheLargest() {
    List<Double> peaks =
        Stream.concat(named("decoder XS").stream(), named("training step XS").stream())
            .map(BenchTest::peak)
            .toList();
    int networks = Engines.has(Compute.of(Precision.INT8)) ? 10 : 8;
    assertThat(peaks).hasSize(networks).allMatch(peak -> peak > 50);
    assertThat(peak(named("peak memory of all of this").get(0)))
        .isGreaterThanOrEqualTo(Collections.max(peaks));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aPeakThatIsPastIsForgotten() {
    var peaks = new MemoryPeaks();
    int mebibytes = 256;
    try (var large = new BytePointer((long) mebibytes << 20)) {
      large.fill(1);
      assertThat(peak(peaks.noted(Row.of("large")))).isGreaterThan(mebibytes);
    }
    double after = peak(peaks.noted(Row.of("while it was released")));
    assertThat(peak(peaks.noted(Row.of("small")))).isLessThan(after - mebibytes / 2.0);
    assertThat(peak(peaks.ofAll(Row.of("all")))).isGreaterThanOrEqualTo(after);
  }

  private static double peak(Row row) {
    return row.figure(Figure.MEBIBYTES).orElseThrow();
  }

  @Test
  void samplersAreHeldAgainstLoopsWrittenByHand() {
    for (String sampler : SAMPLERS) {
      assertThat(named("sampler step " + sampler)).hasSize(1);
      assertThat(named("sampler step " + sampler + ", loop by hand")).hasSize(1);
    }
  }

  @Test
  void jsonHasTheSameRows(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("rows.json");
    Table.writeJson(file, rows);
    List<String> names = new ArrayList<>();
    List<String> fields = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
      for (var token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          fields.add(json.currentName());
          if (json.currentName().equals("name")) {
            names.add(json.nextTextValue());
          }
        }
      }
    }
    assertThat(names).isEqualTo(rows.stream().map(Row::name).toList());
    assertThat(fields)
        .startsWith("name", "batch", "precision", "milliseconds", "gflops", "fraction");
  }

  @Test
  void theTableHasALineForEachRow() {
    var text = new StringWriter();
    var out = new PrintWriter(text);
    Table.printHeader(out);
    rows.forEach(row -> Table.print(out, row));
    assertThat(text.toString().lines()).hasSize(1 + rows.size());
  }

  private static List<Row> named(String name) {
    return rows.stream().filter(row -> row.name().equals(name)).toList();
  }
}
