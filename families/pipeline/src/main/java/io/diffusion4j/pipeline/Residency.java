package io.diffusion4j.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The times at which the networks of a pipeline are in memory. */
public enum Residency {
  /**
   * Networks stay in memory from loading to closing: for a server, where the next request may need
   * any network.
   */
  ALWAYS,
  /**
   * A network stays in memory until another one is used: for a process that draws one batch and
   * ends, with the least memory. Failures of the weights are still reported when the pipeline is
   * loaded.
   */
  ONE_AT_A_TIME;

  /** The size of a model's files up to which all networks together fit any memory. */
  private static final long SMALL_BYTES = 512L << 20;

  /** The depth of a model's files in its folder, since each component has a folder. */
  private static final int DEPTH = 2;

  /**
   * Returns the residency for a process that draws once and ends. The networks of a model of at
   * most 512 MiB are opened together, since opening them one by one takes most of its time; for
   * those of a larger model, memory counts more.
   *
   * @param folder of the model; one that cannot be read is reported when it is opened
   */
  public static Residency forOneDrawing(Path folder) {
    try (Stream<Path> files = Files.walk(folder, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      long bytes =
          files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
      return bytes <= SMALL_BYTES ? ALWAYS : ONE_AT_A_TIME;
    } catch (IOException | UncheckedIOException e) {
      return ONE_AT_A_TIME;
    }
  }
}
