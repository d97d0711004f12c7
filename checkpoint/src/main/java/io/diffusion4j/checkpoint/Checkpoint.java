package io.diffusion4j.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The weights of one network: a safetensors file, or several with an index, read as one.
 *
 * <p>Which files hold what is checked when it is opened; values are read when asked for.
 */
public final class Checkpoint implements TensorSource {
  /** What diffusers calls the weights of a network. */
  public static final String DIFFUSERS = "diffusion_pytorch_model";

  /** What transformers calls the weights of a network. */
  public static final String TRANSFORMERS = "model";

  private static final Pattern INDEX = Pattern.compile(".*\\.safetensors\\.index(\\.\\w+)?\\.json");
  private static final Pattern PICKLE = Pattern.compile(".*\\.(bin|pt|pth|ckpt|th|pkl|pickle)");

  private final Path path;
  private final List<SafetensorsFile> files;
  private final Map<String, SafetensorsFile> fileOf;
  private final SortedMap<String, String> metadata;

  private Checkpoint(
      Path path,
      List<SafetensorsFile> files,
      Map<String, SafetensorsFile> fileOf,
      SortedMap<String, String> metadata) {
    this.path = path;
    this.files = files;
    this.fileOf = fileOf;
    this.metadata = metadata;
  }

  /**
   * Opens a {@code .safetensors} file, a {@code .safetensors.index.json}, or what a folder has of
   * these. In a folder each base name is tried in turn; for each, the single file comes before the
   * index, and files of full precision before those of the variant {@code fp16}.
   *
   * @param baseNames what the weights may be called in a folder; {@link #DIFFUSERS} or {@link
   *     #TRANSFORMERS} if none is given
   * @throws CheckpointException if there are no weights, or they are not what they claim
   * @throws UncheckedIOException if a file cannot be read
   */
  public static Checkpoint open(Path folderOrFile, String... baseNames) {
    if (Files.isDirectory(folderOrFile)) {
      List<String> bases =
          baseNames.length == 0 ? List.of(DIFFUSERS, TRANSFORMERS) : Arrays.asList(baseNames);
      return openFile(find(folderOrFile, bases));
    }
    if (!Files.exists(folderOrFile)) {
      throw new CheckpointException(folderOrFile, "no such file or folder");
    }
    return openFile(folderOrFile);
  }

  private static Checkpoint openFile(Path file) {
    String name = file.getFileName().toString();
    if (INDEX.matcher(name).matches()) {
      return openShards(file);
    }
    if (PICKLE.matcher(name).matches()) {
      throw new CheckpointException(file, convert(name));
    }
    var single = SafetensorsFile.open(file);
    var fileOf = new LinkedHashMap<String, SafetensorsFile>();
    single.names().forEach(key -> fileOf.put(key, single));
    return new Checkpoint(file, List.of(single), fileOf, single.metadata());
  }

  private static Path find(Path folder, List<String> baseNames) {
    List<String> candidates =
        baseNames.stream()
            .flatMap(
                base ->
                    Stream.of(
                        ShardIndex.singleName(base),
                        ShardIndex.indexName(base),
                        base + ".fp16.safetensors",
                        base + ".safetensors.index.fp16.json"))
            .toList();
    return candidates.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(() -> new CheckpointException(folder, whyNone(folder, candidates)));
  }

  private static String whyNone(Path folder, List<String> candidates) {
    String expected = "no weights (expected: one of " + String.join(", ", candidates) + ")";
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> PICKLE.matcher(name).matches())
          .sorted()
          .findFirst()
          .map(name -> expected + "; " + convert(name))
          .orElse(expected);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder + ": " + e, e);
    }
  }

  private static String convert(String pickle) {
    return pickle
        + " is a pickle, which can run code when it is read, and is not supported."
        + " Convert it to safetensors in Python, with save_pretrained(…, safe_serialization=True)"
        + " or safetensors.torch.save_file";
  }

  private static Checkpoint openShards(Path indexFile) {
    ShardIndex index = ShardIndex.read(indexFile);
    Map<String, Path> paths = new LinkedHashMap<>();
    index.shards().forEach(shard -> paths.put(shard, indexFile.resolveSibling(shard)));
    List<String> missing =
        paths.keySet().stream().filter(s -> !Files.isRegularFile(paths.get(s))).toList();
    if (!missing.isEmpty()) {
      throw new CheckpointException(indexFile, "shards that do not exist", missing);
    }
    var shards = new LinkedHashMap<String, SafetensorsFile>();
    try {
      paths.forEach((shard, path) -> shards.put(shard, SafetensorsFile.open(path)));
      var fileOf = checkIndex(indexFile, index, shards);
      var metadata = new TreeMap<String, String>();
      shards.values().forEach(shard -> metadata.putAll(shard.metadata()));
      return new Checkpoint(
          indexFile,
          List.copyOf(shards.values()),
          fileOf,
          Collections.unmodifiableSortedMap(metadata));
    } catch (RuntimeException e) {
      shards.values().forEach(SafetensorsFile::close);
      throw e;
    }
  }

  /** Shards and index must name the same tensors, each in one place. */
  private static Map<String, SafetensorsFile> checkIndex(
      Path indexFile, ShardIndex index, Map<String, SafetensorsFile> shards) {
    var problems = new ArrayList<String>();
    var shardOf = new LinkedHashMap<String, String>();
    var fileOf = new LinkedHashMap<String, SafetensorsFile>();
    shards.forEach(
        (shard, file) -> {
          for (String key : file.names()) {
            String other = shardOf.putIfAbsent(key, shard);
            if (other != null) {
              problems.add(key + ": in both " + other + " and " + shard);
            } else if (!index.shardOf().containsKey(key)) {
              problems.add(key + ": in " + shard + " but not in the index");
            }
            fileOf.putIfAbsent(key, file);
          }
        });
    index
        .shardOf()
        .forEach(
            (key, shard) -> {
              String actual = shardOf.get(key);
              if (actual == null) {
                problems.add(key + ": missing from " + shard);
              } else if (!actual.equals(shard)) {
                problems.add(key + ": in " + actual + " (expected: in " + shard + ")");
              }
            });
    if (!problems.isEmpty()) {
      throw new CheckpointException(indexFile, "does not fit its shards", problems);
    }
    return fileOf;
  }

  /** The safetensors file or index that was opened. */
  public Path path() {
    return path;
  }

  @Override
  public List<String> names() {
    return List.copyOf(fileOf.keySet());
  }

  @Override
  public boolean contains(String name) {
    return fileOf.containsKey(name);
  }

  @Override
  public TensorInfo info(String name) {
    return file(name).info(name);
  }

  /** The notes of all files; where two differ, that of the later file. */
  @Override
  public SortedMap<String, String> metadata() {
    return metadata;
  }

  @Override
  public ByteBuffer raw(String name, long offset, int length) {
    return file(name).raw(name, offset, length);
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }

  @Override
  public String toString() {
    return path + " (" + fileOf.size() + " tensors)";
  }

  private SafetensorsFile file(String name) {
    SafetensorsFile file = fileOf.get(name);
    if (file == null) {
      throw new CheckpointException(path, "no tensor " + name);
    }
    return file;
  }
}
