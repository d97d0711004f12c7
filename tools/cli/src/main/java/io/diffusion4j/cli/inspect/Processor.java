package io.diffusion4j.cli.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The processor of this machine, as {@code /proc/cpuinfo} describes it, where that exists. */
public final class Processor {
  private static final Path FILE = Path.of("/proc/cpuinfo");

  /** The instruction sets on which the speed of networks depends, weakest first. */
  private static final List<String> SETS =
      List.of(
          "avx2",
          "avx512f",
          "avx512_vnni",
          "avx_vnni",
          "avx512_bf16",
          "amx_bf16",
          "amx_int8",
          "asimd",
          "sve",
          "bf16",
          "i8mm");

  private Processor() {}

  /** Returns the name of the processor, without commas, or its architecture. */
  public static String name() {
    return field("model name")
        .map(name -> name.replace(',', ' '))
        .orElse(System.getProperty("os.arch"));
  }

  /** Returns the instruction sets that matter here; empty if the system does not list them. */
  public static List<String> instructionSets() {
    var flags = Set.of(field("flags").or(() -> field("Features")).orElse("").split("\\s+"));
    return SETS.stream().filter(flags::contains).toList();
  }

  /** Returns the value of the first line with this key. */
  private static Optional<String> field(String key) {
    if (!Files.exists(FILE)) {
      return Optional.empty();
    }
    try (var lines = Files.lines(FILE)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FILE + ": " + e, e);
    }
  }
}
