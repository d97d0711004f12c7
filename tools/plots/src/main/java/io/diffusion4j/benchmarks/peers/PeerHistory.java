package io.diffusion4j.benchmarks.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.checkpoint.AtomicFile;
import io.diffusion4j.cli.inspect.Processor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/**
 * The runs on one kind of processor: a JSON file with an array, to which each run appends an
 * object.
 *
 * @param folder the folder with a file for each kind of processor
 */
record PeerHistory(Path folder) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Returns the file of this machine, named after its processor and its number of processors, since
   * runs with another number are not comparable.
   */
  Path file() {
    String kind =
        Processor.name()
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("-$", "");
    return folder.resolve(kind + "-x" + processors() + ".json");
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  /**
   * Appends a run.
   *
   * @param peak the convolution peak in GFLOP/s
   */
  Path append(List<PeerRow> rows, double peak, LocalDate date) throws IOException {
    Path file = file();
    ArrayNode runs = JSON.createArrayNode();
    if (Files.exists(file)) {
      JsonNode known = JSON.readTree(file.toFile());
      if (!(known instanceof ArrayNode earlier)) {
        throw new IllegalArgumentException(
            file + ": " + known.getNodeType() + " (expected: an array of runs)");
      }
      runs.addAll(earlier);
    }
    runs.add(run(rows, peak, date));
    byte[] bytes = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(runs);
    Files.createDirectories(folder);
    AtomicFile.write(
        file,
        channel -> {
          for (var all = ByteBuffer.wrap(bytes); all.hasRemaining(); ) {
            channel.write(all);
          }
        });
    return file;
  }

  private static ObjectNode run(List<PeerRow> rows, double peak, LocalDate date) {
    ObjectNode run = JSON.createObjectNode().put("date", date.toString());
    run.put("processor", Processor.name()).put("processors", processors());
    ArrayNode sets = run.putArray("instruction_sets");
    Processor.instructionSets().forEach(sets::add);
    run.put("java", Runtime.version().feature());
    run.put("onnxruntime", PeerJars.version("onnxruntime"));
    run.put("libtorch", PeerJars.version("pytorch-native-cpu"));
    run.put("peak_gflops", rounded(peak));
    ArrayNode all = run.putArray("rows");
    for (PeerRow row : rows) {
      all.addObject()
          .put("network", row.network())
          .put("batch", row.batch())
          .put("engine", row.contender().maker.title)
          .put("precision", row.contender().precision.word())
          .put("milliseconds", rounded(row.millis()))
          .put("gflops", rounded(row.gflops()))
          .put("error", row.error());
    }
    return run;
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
