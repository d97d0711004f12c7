package io.diffusion4j.pipeline;

import io.diffusion4j.diffusion.digest.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Identifies the content of files by its digest: {@code sha256:} and 64 hexadecimal digits. */
public final class FolderDigest {
  private FolderDigest() {}

  /**
   * Computes the digest of the files of a model folder that the images depend on; a copy of the
   * folder has the same digest. It covers names and contents of weights, settings and vocabularies,
   * in the order of their names, in the folders of the components, or in the folder itself if it is
   * a single network.
   *
   * @param component whether the images depend on a component
   */
  public static String of(Path folder, Predicate<String> component) {
    return of(folder, Files.isRegularFile(folder.resolve("config.json")) ? 1 : 2, component);
  }

  private static String of(Path folder, int depth, Predicate<String> component) {
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> files =
          walk.filter(Files::isRegularFile)
              .map(folder::relativize)
              .filter(file -> file.getNameCount() == depth && decidesWhatIsDrawn(file))
              .filter(file -> component.test(file.getName(0).toString()))
              .sorted()
              .toList();
      return digest(
          sink -> {
            for (Path file : files) {
              sink.write(file.toString().replace('\\', '/').getBytes(StandardCharsets.UTF_8));
              sink.write(0);
              Files.copy(folder.resolve(file), sink);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * Computes the digest of a model with its guides.
   *
   * @param model the digest of the model alone
   * @param guides folders or files
   */
  public static String withGuides(String model, List<Path> guides) {
    if (guides.isEmpty()) {
      return model;
    }
    List<String> all = new ArrayList<>(List.of(model));
    guides.forEach(
        guide -> all.add(Files.isDirectory(guide) ? of(guide, 1, file -> true) : ofFile(guide)));
    return together(all);
  }

  /** Combines digests, in this order. */
  public static String together(List<String> all) {
    try {
      return digest(sink -> sink.write(String.join("\n", all).getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a digest: " + e.getMessage(), e);
    }
  }

  /** Returns the digest of the content of a file. */
  static String ofFile(Path file) {
    return ofFiles(List.of(file));
  }

  /** Returns the digest of the contents of files, one after the other. */
  static String ofFiles(List<Path> files) {
    try {
      return digest(
          sink -> {
            for (Path file : files) {
              Files.copy(file, sink);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + files + ": " + e.getMessage(), e);
    }
  }

  private static boolean decidesWhatIsDrawn(Path file) {
    return Stream.of(".safetensors", ".bin", ".json", ".txt").anyMatch(file.toString()::endsWith);
  }

  @FunctionalInterface
  private interface Content {
    void writeTo(OutputStream sink) throws IOException;
  }

  private static String digest(Content content) throws IOException {
    MessageDigest sha256 = Sha256.start();
    try (var sink = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
      content.writeTo(sink);
    }
    return "sha256:" + HexFormat.of().formatHex(sha256.digest());
  }
}
