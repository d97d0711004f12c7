package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.diffusion.cache.UserCache;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The jars of ONNX Runtime and libtorch. They are looked up in the user's cache and in Maven's
 * local repository; Maven downloads the others into the cache. Each is checked against its pinned
 * digest.
 */
final class PeerJars {
  private static final String LIST = "jars.txt";
  private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

  private final List<PeerJar> pinned;
  private final Path cache;
  private final Path repository;
  private final List<String> maven;

  /**
   * Creates a resolver.
   *
   * @param pinned the jars
   * @param cache the folder for downloads
   * @param repository the local repository of Maven, which need not exist
   * @param maven the command that starts Maven
   */
  PeerJars(List<PeerJar> pinned, Path cache, Path repository, List<String> maven) {
    this.pinned = List.copyOf(pinned);
    this.cache = cache;
    this.repository = repository;
    this.maven = List.copyOf(maven);
  }

  /** Creates the resolver of this user: {@code mvnw} of the checkout, or {@code mvn}. */
  static PeerJars ofUser() {
    Path home = Path.of(System.getProperty("diffusion4j.home", "."));
    boolean isWindows = System.getProperty("os.name").startsWith("Windows");
    Path wrapper = home.resolve("mvnw").toAbsolutePath();
    String command =
        !isWindows && Files.isExecutable(wrapper)
            ? wrapper.toString()
            : isWindows ? "mvn.cmd" : "mvn";
    String own = System.getProperty("maven.repo.local");
    Path repository =
        own == null ? Path.of(System.getProperty("user.home"), ".m2", "repository") : Path.of(own);
    return new PeerJars(
        pinned(platform()), UserCache.folder("peers"), repository, List.of(command));
  }

  /** Returns the pinned jars for a platform. */
  static List<PeerJar> pinned(String platform) {
    List<PeerJar> all;
    try (var in = PeerJars.class.getResourceAsStream(LIST);
        var reader =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
      all = reader.lines().filter(line -> !line.startsWith("#")).map(PeerJar::parse).toList();
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + LIST, e);
    }
    List<String> platforms = all.stream().flatMap(jar -> jar.platform().stream()).toList();
    if (!platforms.contains(platform)) {
      throw new PeerException(
          "platform: %s (expected: one of %s)".formatted(platform, String.join(", ", platforms)));
    }
    return all.stream().filter(jar -> jar.platform().orElse(platform).equals(platform)).toList();
  }

  /** Returns the name of this platform in the classifiers of the natives. */
  static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    return (system.startsWith("mac") ? "osx" : system.startsWith("windows") ? "win" : system)
        + "-"
        + (arch.equals("amd64") ? "x86_64" : arch);
  }

  /** Returns the version of the pinned jar of an artifact. */
  static String version(String artifact) {
    return pinned(platform()).stream()
        .filter(jar -> jar.artifact().equals(artifact))
        .map(PeerJar::version)
        .findFirst()
        .orElseThrow();
  }

  /** Returns the jars that are on this machine; empty if any of them is missing. */
  Optional<List<Path>> present() {
    List<Path> found = pinned.stream().flatMap(jar -> find(jar).stream()).toList();
    return found.size() == pinned.size() ? Optional.of(found) : Optional.empty();
  }

  private Optional<Path> find(PeerJar jar) {
    return Stream.of(cache.resolve(jar.file()), jar.in(repository))
        .filter(Files::exists)
        .findFirst();
  }

  /**
   * Returns all jars, after downloading those that are missing.
   *
   * @param progress receives the coordinates of each download
   * @throws PeerException if a jar cannot be downloaded, or its digest is another
   */
  List<Path> resolve(Consumer<String> progress) throws IOException {
    List<Path> files = new ArrayList<>();
    for (PeerJar jar : pinned) {
      Optional<Path> known = find(jar);
      if (known.isEmpty()) {
        progress.accept(jar.coordinates());
        download(jar);
      }
      Path file = known.orElseGet(() -> cache.resolve(jar.file()));
      jar.requireDigest(file);
      files.add(file);
    }
    return files;
  }

  /** Returns the folder where libtorch's libraries are unpacked, once. */
  Path unpacked() {
    return cache.resolve("unpacked");
  }

  private void download(PeerJar jar) throws IOException {
    Files.createDirectories(cache);
    Path log = Files.createTempFile(cache, "download", ".log");
    List<String> command = new ArrayList<>(maven);
    command.addAll(List.of("-B", "-ntp", COPY, "-Dartifact=" + jar.coordinates()));
    command.add("-DoutputDirectory=" + cache);
    try {
      var builder =
          new ProcessBuilder(command)
              .directory(cache.toFile()) // outside of any project
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      if (wait(builder) != 0 || !Files.exists(cache.resolve(jar.file()))) {
        throw new PeerException(
            "%s: %s (expected: a download by Maven, or the jar in %s)"
                .formatted(jar.coordinates(), reason(log), repository));
      }
    } finally {
      Files.delete(log);
    }
  }

  private int wait(ProcessBuilder builder) {
    try {
      return builder.start().waitFor();
    } catch (IOException e) {
      throw new PeerException(
          "%s: cannot be started (expected: Maven, to download the peers)".formatted(maven.get(0)),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException("interrupted while Maven downloads", e);
    }
  }

  /** Returns the first error that Maven printed. */
  private static String reason(Path log) throws IOException {
    return Files.readAllLines(log).stream()
        .filter(line -> line.startsWith("[ERROR] "))
        .map(line -> line.substring("[ERROR] ".length()))
        .findFirst()
        .orElse("Maven failed");
  }
}
