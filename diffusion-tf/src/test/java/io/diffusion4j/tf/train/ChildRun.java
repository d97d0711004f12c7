package io.diffusion4j.tf.train;

import io.diffusion4j.tf.nn.Precision;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A training run in a process of its own, which can be killed, and whose memory can be read. */
final class ChildRun implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  /** Starts {@link #main} with these arguments, and with flags for its machine. */
  ChildRun(List<String> flags, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildRun.class.getName()));
    Collections.addAll(command, arguments);
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** The next line the child printed; fails if it has ended. */
  String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the child ended");
    }
    return line;
  }

  /** SIGKILL: the process gets no chance to finish anything. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  int exit() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Trains the tiny objective and prints the step after each; or its memory now and then. */
  public static void main(String[] arguments) throws IOException {
    long steps = Long.parseLong(arguments[1]);
    var config = Tiny.config(steps, Precision.BFLOAT16);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      var batches = Tiny.batches(config);
      if (arguments[0].equals("memory")) {
        for (long step = 0; step < steps; step++) {
          trainer.step(batches.batch(step));
          if (step + 1 == steps / 10 || step + 1 == steps) {
            System.out.println(residentKilobytes());
          }
        }
      } else {
        new TrainingRun(trainer, config, batches, Path.of(arguments[0]), 3)
            .run((step, report) -> System.out.println(step));
      }
    }
  }

  private static String residentKilobytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> line.replaceAll("\\D", ""))
        .findFirst()
        .orElseThrow();
  }
}
