package io.diffusion4j.benchmarks.images;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorInfo;
import io.diffusion4j.checkpoint.TensorReader;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code diffusion4j bench loading}: measures how fast an engine reads the tensors of files on one
 * thread, compared with reading their plain bytes. Files take turns, so that other load affects all
 * of them equally; the fastest turn counts.
 */
@Command(
    name = "loading",
    description = "Measure how fast tensors are read from weights files.",
    footer = {"", "Example:", "  diffusion4j bench loading model.safetensors pytorch_model.bin"})
public final class LoadingBench implements Callable<Integer> {
  private static final int CHUNK = 1 << 16;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Weights files, or folders of them.")
  private List<Path> files = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "7",
      description = "The number of times that each file is read. Default: ${DEFAULT-VALUE}")
  private int rounds;

  /** One round of reading. */
  private interface Reading {
    /** Returns the number of bytes read. */
    long read(Path file) throws IOException;
  }

  @Override
  public Integer call() throws IOException {
    Check.that(rounds >= 1, "rounds", rounds, "≥ 1");
    Map<String, Reading> readings = new LinkedHashMap<>();
    readings.put("bytes", LoadingBench::bytes);
    readings.put("bfloat16", file -> tensors(file, true));
    readings.put("float32", file -> tensors(file, false));
    Map<String, Double> best = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Map.Entry<String, Reading> reading : readings.entrySet()) {
        for (Path file : files) {
          long begin = System.nanoTime();
          long bytes = reading.getValue().read(file);
          best.merge(
              reading.getKey() + file, (double) bytes / (System.nanoTime() - begin), Math::max);
        }
      }
    }
    var out = spec.commandLine().getOut();
    out.printf("%-40s %10s %10s %10s%n", "GB/s", "bytes", "bfloat16", "float32");
    for (Path file : files) {
      List<Object> row = new ArrayList<>();
      row.add(String.valueOf(file.getFileName()));
      readings.keySet().forEach(name -> row.add(best.getOrDefault(name + file, Double.NaN)));
      out.printf(Locale.ROOT, "%-40s %10.2f %10.2f %10.2f%n", row.toArray());
    }
    out.flush();
    return 0;
  }

  /** Reads a file like {@code cat}. */
  private static long bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw Check.refusal("file", file, "a file");
    }
    var buffer = ByteBuffer.allocateDirect(1 << 20);
    long all = 0;
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (int count; (count = channel.read(buffer.clear())) > 0; ) {
        all += count;
      }
    }
    return all;
  }

  /** Reads the stored bytes of all tensors, including opening the file. */
  private static long tensors(Path file, boolean halves) {
    short[] shorts = new short[CHUNK];
    float[] floats = new float[CHUNK];
    long all = 0;
    try (var checkpoint = Checkpoint.open(file)) {
      for (String name : checkpoint.names()) {
        TensorInfo info = checkpoint.info(name);
        TensorReader reader = TensorReader.of(info.dtype(), checkpoint.raw(name));
        for (long at = 0; at < info.size(); at += CHUNK) {
          int count = (int) Math.min(CHUNK, info.size() - at);
          if (halves) {
            reader.bfloat16((int) at, shorts, 0, count);
          } else {
            reader.floats((int) at, floats, 0, count);
          }
        }
        all += info.byteSize();
      }
    }
    return all;
  }
}
