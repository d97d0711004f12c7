package io.diffusion4j.nn.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A training in a process of its own, which can be killed, and whose memory can be read. */
public final class TrainingProcess implements AutoCloseable {
  private static final String MEMORY = "memory";
  private static final long CHECKPOINT_EVERY = 3;

  private final Path errors;
  private final Process process;
  private final BufferedReader output;

  private TrainingProcess(List<String> command) throws IOException {
    errors = Files.createTempFile("training", ".err");
    process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * A run with its state in a folder, saved every third step; it prints the step after each.
   *
   * @param training what is trained
   */
  static TrainingProcess run(TrainingProcessContract training, Path folder, long steps)
      throws IOException {
    List<String> flags = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");
    return new TrainingProcess(command(training, flags, folder.toString(), steps));
  }

  /**
   * The same where no file can grow beyond 4 kB, less than a state has, as on a disk that is full:
   * the kernel refuses what is written beyond.
   */
  static TrainingProcess runWithoutSpace(TrainingProcessContract training, Path folder, long steps)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 8; exec \"$@\"", "sh"));
    command.addAll(
        command(training, List.of("-Xmx256m", "-XX:-UsePerfData"), folder.toString(), steps));
    return new TrainingProcess(command);
  }

  /**
   * A training without a state, which prints the kilobytes that are resident after a tenth of the
   * steps and after all. Its heap is held at one size, so that what grows is native.
   */
  static TrainingProcess memory(TrainingProcessContract training, long steps) throws IOException {
    List<String> flags =
        List.of("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1");
    return new TrainingProcess(command(training, flags, MEMORY, steps));
  }

  private static List<String> command(
      TrainingProcessContract training, List<String> flags, String where, long steps) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    Collections.addAll(
        command,
        TrainingProcess.class.getName(),
        training.getClass().getName(),
        where,
        Long.toString(steps));
    return command;
  }

  /** The number in the next line; fails if the process has ended. */
  long next() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the training ended");
    }
    return Long.parseLong(line);
  }

  /** SIGKILL: the process gets no chance to finish anything. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  int exit() throws InterruptedException {
    return process.waitFor();
  }

  /** What it has said on its standard error. */
  String errors() throws IOException {
    return Files.readString(errors);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.delete(errors);
  }

  /** Arguments: the class of what is trained, a folder or {@code memory}, and the steps. */
  public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
    var constructor = Class.forName(arguments[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    var training = (TrainingProcessContract) constructor.newInstance();
    long steps = Long.parseLong(arguments[2]);
    var config = training.config(steps);
    var batches = training.batches(config);
    try (var trainer = training.trainer(config)) {
      if (arguments[1].equals(MEMORY)) {
        for (long step = 0; step < steps; step++) {
          trainer.step(batches.batch(step));
          if (step + 1 == steps / 10 || step + 1 == steps) {
            System.out.println(residentKilobytes());
          }
        }
      } else {
        new TrainingRun(trainer, config, batches, Path.of(arguments[1]), CHECKPOINT_EVERY)
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
