package io.diffusion4j.clip.embed;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Stored embeddings of pictures, found by the pictures' keys. With these, a frozen image tower
 * embeds a data set once for several training runs. The files of {@link Embeddings#write} are
 * memory-mapped; only the keys are on the heap. Thread-safe; holds the files until it is closed.
 */
public final class KnownEmbeddings implements ImageEmbedder, AutoCloseable {
  private static final String ENDING = ".safetensors";

  private final Path path;
  private final List<Checkpoint> files;
  private final Map<String, Row> rows;
  private final Set<String> unreadable;
  private final String clip;
  private final int size;

  /** The position of an embedding. */
  private record Row(Checkpoint file, long number) {}

  private KnownEmbeddings(
      Path path,
      List<Checkpoint> files,
      Map<String, Row> rows,
      Set<String> unreadable,
      String clip,
      int size) {
    this.path = path;
    this.files = files;
    this.rows = rows;
    this.unreadable = unreadable;
    this.clip = clip;
    this.size = size;
  }

  /**
   * Opens a safetensors file, or all files of a folder, which must belong to one CLIP and to
   * different pictures.
   *
   * @param setting the name of the setting with the path, for messages
   * @throws IllegalArgumentException if there is none
   * @throws CheckpointException if a file contains no embeddings, or does not name its CLIP
   */
  public static KnownEmbeddings open(String setting, Path path) {
    var files = new ArrayList<Checkpoint>();
    try {
      for (Path file : files(setting, path)) {
        files.add(Checkpoint.open(file));
      }
      return read(path, files);
    } catch (RuntimeException | Error e) {
      files.forEach(Checkpoint::close);
      throw e;
    }
  }

  private static List<Path> files(String setting, Path path) {
    if (!Files.isDirectory(path)) {
      Check.that(
          Files.isRegularFile(path) && path.toString().endsWith(ENDING),
          setting,
          path,
          "a .safetensors file that embed wrote, or a folder of them");
      return List.of(path);
    }
    try (Stream<Path> all = Files.list(path)) {
      List<Path> files = all.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
      Check.that(!files.isEmpty(), setting, path, "a folder with .safetensors files");
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + e, e);
    }
  }

  private static KnownEmbeddings read(Path path, List<Checkpoint> files) {
    var rows = new HashMap<String, Row>();
    var unreadable = new LinkedHashSet<String>();
    Checkpoint first = files.get(0);
    String clip = note(first, Embeddings.CLIP);
    int size = Embeddings.size(first);
    for (Checkpoint file : files) {
      Path name = file.path();
      if (!note(file, Embeddings.CLIP).equals(clip) || Embeddings.size(file) != size) {
        throw new CheckpointException(name, "is of another CLIP than " + first.path());
      }
      List<String> keys = Embeddings.names(file);
      for (int i = 0; i < keys.size(); i++) {
        if (rows.put(keys.get(i), new Row(file, i)) != null) {
          throw new CheckpointException(name, keys.get(i) + " is embedded twice");
        }
      }
      String json = note(file, Embeddings.UNREADABLE);
      unreadable.addAll(Embeddings.texts(file, Embeddings.UNREADABLE, json));
    }
    return new KnownEmbeddings(path, List.copyOf(files), rows, Set.copyOf(unreadable), clip, size);
  }

  private static String note(Checkpoint file, String name) {
    String note = file.metadata().get(name);
    if (note == null) {
      throw new CheckpointException(
          file.path(), "note " + name + ": missing (expected: embeddings of pictures by embed)");
    }
    return note;
  }

  /**
   * Returns normally if every picture of a set is embedded or was unreadable.
   *
   * @param setting the name of the setting with the path, for messages
   * @throws IllegalArgumentException if some are missing
   */
  public void requireAll(String setting, PictureSet pictures) {
    List<String> missing =
        LongStream.range(0, pictures.size())
            .mapToObj(pictures::key)
            .filter(key -> !rows.containsKey(key) && !unreadable.contains(key))
            .toList();
    if (!missing.isEmpty()) {
      throw Check.refusal(
          setting,
          "%s, without %,d of %,d pictures, such as %s"
              .formatted(path, missing.size(), pictures.size(), missing.get(0)),
          "all of %s; embed them by the same paths",
          pictures.name());
    }
  }

  @Override
  public Optional<String> clip() {
    return Optional.of(clip);
  }

  @Override
  public Set<String> unreadable() {
    return unreadable;
  }

  @Override
  public List<float[]> embed(List<CaptionedImage> examples) {
    return examples.stream().map(example -> row(example.key())).toList();
  }

  @Override
  public List<Embedded> embed(CaptionedImages data, long from, int count) {
    return LongStream.range(from, from + count)
        .mapToObj(data::named)
        .map(example -> new Embedded(row(example.key()), example.caption()))
        .toList();
  }

  private float[] row(String key) {
    Row row = rows.get(key);
    if (row == null) {
      throw Check.refusal("picture", key, "one of those embedded in %s", path);
    }
    float[] values = new float[size];
    int bytes = size * Float.BYTES;
    row.file
        .raw(Embeddings.TENSOR, row.number * bytes, bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }

  @Override
  public void close() {
    files.forEach(Checkpoint::close);
  }
}
