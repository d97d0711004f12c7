package io.diffusion4j.cli.inspect;

import com.sun.management.OperatingSystemMXBean;
import io.diffusion4j.cli.options.GpuOption;
import io.diffusion4j.hub.HubSettings;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.serving.config.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Checks the machine for drawing, training and serving: Java, processor, memory, engines,
 * accelerators, folders and the server's port.
 *
 * @param requireGpu whether a machine without an accelerator is a fault
 */
record MachineHealth(boolean requireGpu) {
  /** The memory that the shipped model needs outside the heap, with room for the system. */
  private static final long LITTLE_MEMORY = 2L << 30;

  /** The disk space below which full-size models of the Hub do not fit. */
  private static final long LITTLE_DISK = 10L << 30;

  /** The result of a check: good, usable with a drawback, or not usable. */
  private enum Level {
    OK,
    WEAK,
    BROKEN
  }

  private record Finding(String what, Level level, String text) {}

  /**
   * Examines and prints.
   *
   * @return whether nothing is broken
   */
  boolean examine(PrintWriter out) {
    List<Finding> findings = new ArrayList<>(List.of(java(), processor(), memory()));
    Engines.all().forEach(engine -> findings.add(engine(engine)));
    findings.add(accelerators());
    Engines.all().stream()
        .flatMap(engine -> engine.acceleratorLibraries().stream())
        .forEach(libraries -> findings.add(new Finding("cuda", Level.OK, libraries)));
    findings.add(folder("temporary files", Path.of(System.getProperty("java.io.tmpdir"))));
    Path home = Path.of(System.getProperty("user.home"));
    findings.add(folder("downloaded models", HubSettings.of(System.getenv(), home).cache()));
    findings.add(port());
    for (Finding finding : findings) {
      out.printf(
          "%-20s %-7s %s%n",
          finding.what(), finding.level().name().toLowerCase(Locale.ROOT), finding.text());
    }
    out.flush();
    return findings.stream().noneMatch(finding -> finding.level() == Level.BROKEN);
  }

  private static Finding java() {
    return new Finding(
        "java",
        Level.OK,
        String.join(
            ", ",
            Runtime.version().toString(),
            System.getProperty("java.vendor"),
            System.getProperty("os.name") + " " + System.getProperty("os.arch")));
  }

  private static Finding processor() {
    List<String> sets = Processor.instructionSets();
    String text =
        Processor.name() + ", " + Runtime.getRuntime().availableProcessors() + " processors";
    return new Finding(
        "processor", Level.OK, sets.isEmpty() ? text : text + ", " + String.join(" ", sets));
  }

  private static Finding memory() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long total = system.getTotalMemorySize();
    long heap = Runtime.getRuntime().maxMemory();
    String text = gigabytes(total) + ", of which the heap takes up to " + gigabytes(heap);
    return total - heap < LITTLE_MEMORY
        ? new Finding("memory", Level.WEAK, text + " (expected: 2 GiB more than the heap)")
        : new Finding("memory", Level.OK, text);
  }

  private static Finding engine(Engine engine) {
    List<String> usable = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    var exact = EnumSet.of(Precision.EXACT); // any machine has it
    for (Precision precision : EnumSet.complementOf(exact)) {
      try {
        Optional<String> reason = engine.unavailable(precision);
        String word = precision.name().toLowerCase(Locale.ROOT);
        reason.ifPresentOrElse(why -> reasons.add(word + ": " + why), () -> usable.add(word));
      } catch (LinkageError e) {
        return new Finding("engine " + engine.name(), Level.BROKEN, "does not load: " + e);
      }
    }
    List<String> all = new ArrayList<>(reasons);
    if (!usable.isEmpty()) {
      all.add(0, String.join(", ", usable));
    }
    return new Finding(
        "engine " + engine.name(),
        usable.isEmpty() ? Level.WEAK : Level.OK,
        String.join("; ", all));
  }

  private Finding accelerators() {
    List<String> found = Engines.all().stream().flatMap(e -> e.accelerators().stream()).toList();
    if (!found.isEmpty()) {
      return new Finding("accelerators", Level.OK, String.join("; ", found));
    }
    return requireGpu
        ? new Finding("accelerators", Level.BROKEN, "none (expected: " + GpuOption.EXPECTED + ")")
        : new Finding("accelerators", Level.OK, "none");
  }

  /** The nearest existing folder is checked, since missing folders are created on demand. */
  private static Finding folder(String what, Path folder) {
    Path existing = folder.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    if (!Files.isWritable(existing)) {
      return new Finding(what, Level.BROKEN, folder + " (expected: a writable folder)");
    }
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      return new Finding(
          what,
          free < LITTLE_DISK ? Level.WEAK : Level.OK,
          folder + ", " + gigabytes(free) + " free");
    } catch (IOException e) {
      return new Finding(what, Level.BROKEN, folder + ": " + e.getMessage());
    }
  }

  private static Finding port() {
    String name = Integer.toString(ServerConfig.DEFAULT_PORT);
    try (var socket =
        new ServerSocket(ServerConfig.DEFAULT_PORT, 1, InetAddress.getLoopbackAddress())) {
      return new Finding("port", Level.OK, socket.getLocalPort() + " is free");
    } catch (IOException e) {
      return new Finding("port", Level.WEAK, name + " is in use; serve needs --port");
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }
}
