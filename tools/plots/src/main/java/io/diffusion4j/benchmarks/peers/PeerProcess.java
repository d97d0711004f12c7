package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.benchmarks.report.RunCount;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A contender in a process of its own, seen from the parent. */
final class PeerProcess implements AutoCloseable {
  private final EngineUnderTest contender;
  private final Path folder;
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter commands;

  private PeerProcess(EngineUnderTest contender, Path folder, Process process) {
    this.contender = contender;
    this.folder = folder;
    this.process = process;
    answers = process.inputReader();
    commands = process.outputWriter();
  }

  /**
   * Starts the process, and waits until its network is open.
   *
   * @param jars the jars of the peers
   * @param unpacked the folder where libtorch's libraries are unpacked
   */
  static PeerProcess start(
      PeerSubject subject, EngineUnderTest contender, List<Path> jars, Path unpacked)
      throws IOException {
    Path folder = Files.createTempDirectory("diffusion4j-peer");
    var flags =
        List.of(
            "-Dai.djl.offline=true", // libtorch is on the class path
            "-DOPT_OUT_TRACKING=true",
            "-DDJL_CACHE_DIR=" + unpacked,
            "-DENGINE_CACHE_DIR=" + unpacked);
    var arguments = List.of(subject.name(), contender.name(), folder.toString());
    var builder = JavaProcess.of(jars, flags, PeerMain.class, arguments);
    builder.redirectError(folder.resolve("errors").toFile());
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
    var started = new PeerProcess(contender, folder, builder.start());
    try {
      started.answer(PeerMain.OPEN);
    } catch (IOException | RuntimeException e) {
      started.close();
      throw e;
    }
    return started;
  }

  EngineUnderTest contender() {
    return contender;
  }

  /** Runs once, and returns the values of all outputs. */
  float[] outputs(int rows) throws IOException {
    ask(PeerMain.OUTPUTS, PeerMain.OUTPUTS + " " + rows);
    var floats =
        ByteBuffer.wrap(Files.readAllBytes(folder.resolve(PeerMain.OUTPUTS)))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return values;
  }

  /** Returns the median time of a call in milliseconds. */
  double millis(int rows, RunCount pace) throws IOException {
    return ask(
        PeerMain.TIME,
        String.join(
            " ",
            PeerMain.TIME,
            String.valueOf(rows),
            String.valueOf(pace.warmup()),
            String.valueOf(pace.runs()),
            String.valueOf(pace.atMost().toMillis())));
  }

  private double ask(String name, String command) throws IOException {
    commands.write(command);
    commands.newLine();
    commands.flush();
    return answer(name);
  }

  /** Waits for a figure with this name. */
  private double answer(String name) throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      var figure = JavaProcess.parse(line);
      if (figure.isPresent() && figure.get().getKey().equals(name)) {
        return figure.get().getValue();
      }
    }
    throw new PeerException(
        "%s in %s: the process ended: %s"
            .formatted(contender.maker.title, contender.precision.word(), error()));
  }

  /** Returns the first line of the error stream with an exception, or the last line. */
  private String error() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("errors"));
    return lines.stream()
        .filter(line -> line.startsWith("Exception in thread"))
        .findFirst()
        .orElse(lines.isEmpty() ? "no error message" : lines.get(lines.size() - 1));
  }

  /** Ends the process, and deletes its files. */
  @Override
  public void close() throws IOException {
    try {
      commands.close();
      process.waitFor();
    } catch (IOException e) {
      process.destroyForcibly(); // it has ended already, or does not read
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
