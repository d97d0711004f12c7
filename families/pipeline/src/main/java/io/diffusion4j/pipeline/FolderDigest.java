package io.diffusion4j.pipeline;

import io.diffusion4j.diffusion.digest.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Identifies the content of files by its digest: {@code sha256:} and 64 hexadecimal digits. */
public final class FolderDigest {
  private static final String NETWORK = "config.json";
  private static final String SCHEDULER = "scheduler_config.json";

  /** Files that belong to the digest whatever the rest of their name. */
  private static final Pattern READ = Pattern.compile(".*\\.(safetensors|bin|json|txt)");

  /** Hidden and unfinished files, papers, pictures, and weights of frameworks that are not read. */
  private static final Pattern BYSTANDER =
      Pattern.compile(
          "(?i)\\..*|license|notice|readme|.*\\.(md|html?|pdf|png|jpe?g|gif|webp|svg|py|ipynb|log|tmp|lock"
              + "|msgpack|h5|onnx|onnx_data|ot|pb|tflite)");

  private FolderDigest() {}

  /**
   * Computes the digest of the files of a model folder that the images depend on; a copy of the
   * folder has the same digest. It covers names and contents of all files in the order of their
   * names, in the folders of the components, and in the folder itself if that has a network or a
   * scheduler. Only files that no model reads are left out, such as cards and pictures.
   *
   * @param component whether the images depend on a component
   */
  public static String of(Path folder, Predicate<String> component) {
    List<Path> files =
        files(folder, 2).stream()
            .filter(file -> component.test(file.getName(0).toString()))
            .toList();
    boolean network = files.contains(Path.of(NETWORK));
    boolean itself = network || files.contains(Path.of(SCHEDULER));
    boolean components =
        !network
            || files.stream()
                .filter(file -> file.getNameCount() == 2)
                .anyMatch(file -> file.endsWith(NETWORK) || file.endsWith(SCHEDULER));
    return of(
        folder,
        files.stream().filter(file -> file.getNameCount() == 1 ? itself : components).toList());
  }

  /** Returns the files down to a depth that a model can read, relative to the folder. */
  private static List<Path> files(Path folder, int depth) {
    try (Stream<Path> walk = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
      return walk.filter(Files::isRegularFile)
          .filter(FolderDigest::canDecideWhatIsDrawn)
          .map(folder::relativize)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw cannotRead(folder, e);
    }
  }

  private static String of(Path folder, List<Path> files) {
    try {
      return digest(
          sink -> {
            for (Path file : files) {
              sink.write(file.toString().replace('\\', '/').getBytes(StandardCharsets.UTF_8));
              sink.write(0);
              Files.copy(folder.resolve(file), sink);
            }
          });
    } catch (IOException e) {
      throw cannotRead(folder, e);
    }
  }

  private static UncheckedIOException cannotRead(Object files, IOException e) {
    return new UncheckedIOException("cannot read " + files + ": " + e.getMessage(), e);
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
        guide -> all.add(Files.isDirectory(guide) ? of(guide, files(guide, 1)) : ofFile(guide)));
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
      throw cannotRead(files, e);
    }
  }

  private static boolean canDecideWhatIsDrawn(Path file) {
    String name = file.getFileName().toString();
    return READ.matcher(name).matches() || !BYSTANDER.matcher(name).matches();
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
