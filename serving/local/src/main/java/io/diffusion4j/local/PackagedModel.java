package io.diffusion4j.local;

import static com.google.common.io.RecursiveDeleteOption.ALLOW_INSECURE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import com.google.common.io.MoreFiles;
import io.diffusion4j.diffusion.cache.UserCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A model folder in a jar, such as {@code diffusion4j-model-emoji}'s, so that a model is a
 * dependency like any library.
 *
 * <pre>{@code
 * LocalGeneration.open(PackagedModel.unpack("emoji"))
 * }</pre>
 *
 * <p>Weights are memory-mapped, so the files have to be outside the jar: they are unpacked into the
 * user's cache, once for each content. A jar holds the folder as {@code
 * META-INF/diffusion4j/models/NAME} with a list {@code files.sha256} in the format of {@code
 * sha256sum}. The digests are verified each time, and a copy that is damaged is replaced. Safe for
 * any number of threads and processes.
 */
public final class PackagedModel {
  private static final String LISTING = "files.sha256";
  private static final HashFunction SHA256 = Hashing.sha256();

  private final ClassLoader classes;
  private final String name;
  private final Path cache;

  /** An entry of the list. */
  private record Entry(String path, String sha256) {}

  PackagedModel(ClassLoader classes, String name, Path cache) {
    this.classes = classes;
    this.name = name;
    this.cache = cache;
  }

  /**
   * Returns the folder of the model of this name on the class path, in the user's cache.
   *
   * @throws IllegalArgumentException if no jar contains it
   * @throws UncheckedIOException if the jar is damaged or the cache cannot be written to
   */
  public static Path unpack(String name) {
    return new PackagedModel(PackagedModel.class.getClassLoader(), name, UserCache.folder("models"))
        .folder();
  }

  Path folder() {
    try {
      byte[] listing = read(LISTING);
      List<Entry> entries = entries(listing);
      Path folder =
          cache.resolve(name + "-" + SHA256.hashBytes(listing).toString().substring(0, 16));
      if (!isWhole(folder, entries)) {
        replace(folder, entries);
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("model: " + name + ": cannot be unpacked: " + e, e);
    }
  }

  private byte[] read(String path) throws IOException {
    try (InputStream in = open(path)) {
      return in.readAllBytes();
    }
  }

  private InputStream open(String path) {
    InputStream in =
        classes.getResourceAsStream("META-INF/diffusion4j/models/" + name + "/" + path);
    if (in == null) {
      throw new IllegalArgumentException(
          "model: "
              + name
              + " without "
              + path
              + " (expected: a model on the class path, such as io.diffusion4j:diffusion4j-model-"
              + name
              + ")");
    }
    return in;
  }

  private List<Entry> entries(byte[] listing) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String line : new String(listing, UTF_8).lines().toList()) {
      if (!line.matches("[0-9a-f]{64} [ *].+")) {
        throw new IOException(LISTING + ": " + line + " (expected: a SHA-256 and a path)");
      }
      String path = line.substring(66);
      if (!Path.of("/in").resolve(path).normalize().startsWith("/in")) {
        throw new IOException(LISTING + ": " + path + " (expected: a path in the folder)");
      }
      entries.add(new Entry(path, line.substring(0, 64)));
    }
    return entries;
  }

  private static boolean isWhole(Path folder, List<Entry> entries) throws IOException {
    for (Entry entry : entries) {
      Path file = folder.resolve(entry.path());
      if (!Files.isRegularFile(file)
          || !MoreFiles.asByteSource(file).hash(SHA256).toString().equals(entry.sha256())) {
        return false;
      }
    }
    return true;
  }

  private void replace(Path folder, List<Entry> entries) throws IOException {
    Files.createDirectories(cache);
    Path part = Files.createTempDirectory(cache, name + "-part");
    try {
      for (Entry entry : entries) {
        Path file = part.resolve(entry.path());
        Files.createDirectories(file.getParent());
        try (var in = new HashingInputStream(SHA256, open(entry.path()))) {
          Files.copy(in, file);
          String found = in.hash().toString();
          if (!found.equals(entry.sha256())) {
            throw new IOException(
                entry.path() + ": " + found + " (expected: the SHA-256 " + entry.sha256() + ")");
          }
        }
      }
      publish(part, folder, entries);
    } finally {
      if (Files.exists(part)) { // otherwise the file is in place
        MoreFiles.deleteRecursively(part, ALLOW_INSECURE);
      }
    }
  }

  /** Moves a complete copy into place, unless another process was faster. */
  private void publish(Path part, Path folder, List<Entry> entries) throws IOException {
    if (Files.exists(folder) && !isWhole(folder, entries)) {
      Path old = Files.createTempDirectory(cache, name + "-old");
      try {
        Files.move(folder, old.resolve("damaged"), ATOMIC_MOVE);
      } finally {
        MoreFiles.deleteRecursively(old, ALLOW_INSECURE);
      }
    }
    try {
      Files.move(part, folder, ATOMIC_MOVE);
    } catch (IOException e) {
      if (!isWhole(folder, entries)) {
        throw e;
      }
    }
  }
}
