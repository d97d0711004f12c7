package io.diffusion4j.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A folder on any file system that Hadoop knows, such as HDFS, S3 or a mounted volume. A file
 * appears under its name when it is complete.
 */
final class HadoopFolder implements Serializable {
  private static final long serialVersionUID = 1;

  private final String place;
  private final SerializableConfiguration configuration;

  /** Names a folder, which need not exist, with the settings of an application. */
  HadoopFolder(SparkSession spark, String place) {
    this.place = place;
    this.configuration = new SerializableConfiguration(spark.sessionState().newHadoopConf());
  }

  private interface Work<T> {
    T at(FileSystem files, Path path) throws IOException;
  }

  /** Returns whether anything has this name, or matches it as a pattern. */
  static boolean exists(SparkSession spark, String place) {
    return new HadoopFolder(spark, place)
        .call(
            "",
            (files, path) -> {
              FileStatus[] found = files.globStatus(path);
              return found != null && found.length > 0;
            });
  }

  private <T> T call(String name, Work<T> work) {
    Path path = name.isEmpty() ? new Path(place) : new Path(place, name);
    try {
      return work.at(path.getFileSystem(configuration.value()), path);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a file; empty if there is none.
   *
   * @throws UncheckedIOException if it cannot be read
   */
  Optional<byte[]> read(String name) {
    return call(
        name,
        (files, path) -> {
          try (var in = files.open(path)) {
            return Optional.of(in.readAllBytes());
          } catch (FileNotFoundException e) {
            return Optional.empty();
          }
        });
  }

  /** Returns whether there is a file of this name. */
  boolean has(String name) {
    return call(name, FileSystem::exists);
  }

  /**
   * Writes a file, unless it is there because another attempt of the same task wrote the same
   * bytes.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  void write(String name, byte[] bytes) {
    create(
        name,
        (path, conf) -> {
          try (var out = path.getFileSystem(conf).create(path, true)) {
            out.write(bytes);
          }
        });
  }

  /** Creates a file at a temporary path. */
  interface Writer {
    void write(Path temporary, Configuration configuration) throws IOException;
  }

  /**
   * Writes a file, unless it is there.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  void create(String name, Writer writer) {
    call(
        name,
        (files, path) -> {
          Path temporary = new Path(path.getParent(), "." + path.getName() + "." + attempt());
          files.delete(temporary, false);
          writer.write(temporary, configuration.value());
          if (!files.rename(temporary, path)) {
            files.delete(temporary, false);
            if (!files.exists(path)) {
              throw new IOException("cannot be written");
            }
          }
          return path;
        });
  }

  /** Returns a name that no other attempt of any task has at the same time. */
  private static String attempt() {
    TaskContext task = TaskContext.get();
    return task == null ? "driver" : Long.toString(task.taskAttemptId());
  }
}
