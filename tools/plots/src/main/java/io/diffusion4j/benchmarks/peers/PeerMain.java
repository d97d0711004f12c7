package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.benchmarks.report.RunCount;
import io.diffusion4j.nn.Batch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The process of a contender. Arguments: the names of the network and of the contender, and a
 * folder for files. Each line of the standard input is a command, and its end is the end of the
 * process: the parent's end, too.
 */
final class PeerMain {
  /** Command with a batch size: runs once, and writes the outputs to the file of this name. */
  static final String OUTPUTS = "outputs";

  /** Command with a batch size, runs of the warm-up, the most measured runs, and milliseconds. */
  static final String TIME = "time";

  /** Reported once the network is open. */
  static final String OPEN = "open";

  private PeerMain() {}

  public static void main(String[] arguments) throws IOException {
    var subject = PeerSubject.named(arguments[0]);
    Path folder = Path.of(arguments[2]);
    Map<Integer, Batch> batches = new HashMap<>();
    try (var network = EngineUnderTest.valueOf(arguments[1]).open(subject, folder);
        var commands =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      JavaProcess.report(Map.of(OPEN, 1.0));
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        String[] words = line.split(" ", -1);
        int[] numbers = Arrays.stream(words).skip(1).mapToInt(Integer::parseInt).toArray();
        var batch = batches.computeIfAbsent(numbers[0], subject::batch);
        if (words[0].equals(OUTPUTS)) {
          write(folder.resolve(OUTPUTS), network.run(batch));
          JavaProcess.report(Map.of(OUTPUTS, 1.0));
        } else {
          var pace = new RunCount(numbers[1], numbers[2], Duration.ofMillis(numbers[3]));
          JavaProcess.report(Map.of(TIME, pace.median(() -> network.run(batch))));
        }
      }
    }
    System.exit(0); // libraries leave threads behind
  }

  private static void write(Path file, List<float[]> outputs) throws IOException {
    int size = outputs.stream().mapToInt(values -> values.length).sum();
    var bytes = ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.nativeOrder());
    var floats = bytes.asFloatBuffer();
    outputs.forEach(floats::put);
    Files.write(file, bytes.array());
  }
}
