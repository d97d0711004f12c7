package io.diffusion4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The {@code <base>.safetensors.index.json} of a model in several files: it maps each tensor to its
 * file.
 */
record ShardIndex(SortedMap<String, String> shardOf) {
  /** The prefix of the second name that an old shard has while its first is given to a new one. */
  private static final String SPARE = "old-";

  static String singleName(String baseName) {
    return baseName + ".safetensors";
  }

  static String indexName(String baseName) {
    return baseName + ".safetensors.index.json";
  }

  /** Returns the name of file {@code i} of {@code count}. */
  static String shardName(String baseName, int i, int count) {
    return count == 1
        ? singleName(baseName)
        : "%s-%05d-of-%05d.safetensors".formatted(baseName, i + 1, count);
  }

  static Pattern shardNames(String baseName) {
    return Pattern.compile(
        "(" + SPARE + ")?" + Pattern.quote(baseName) + "-\\d{5}-of-\\d{5}\\.safetensors");
  }

  /** Reads and checks an index; the reader of the shards must check their contents. */
  static ShardIndex read(Path file) {
    JsonNode map = Json.readObject(file).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new CheckpointException(
          file,
          "weight_map: " + (map.isMissingNode() ? "missing" : map) + " (expected: an object)");
    }
    var shardOf = new TreeMap<String, String>();
    var problems = new ArrayList<String>();
    map.properties()
        .forEach(
            entry -> {
              JsonNode shard = entry.getValue();
              if (shard.isTextual() && staysInFolder(file, shard.textValue())) {
                shardOf.put(entry.getKey(), shard.textValue());
              } else {
                problems.add(
                    "weight_map."
                        + entry.getKey()
                        + ": "
                        + shard
                        + " (expected: a file beside it)");
              }
            });
    if (!problems.isEmpty()) {
      throw new CheckpointException(file, "names files it must not", problems);
    }
    return new ShardIndex(shardOf);
  }

  /** Only the name is checked: the file may itself be a link, as in the Hugging Face cache. */
  private static boolean staysInFolder(Path index, String shard) {
    try {
      Path relative = index.getFileSystem().getPath(shard);
      return !shard.isBlank()
          && shard.indexOf('\\') < 0
          && !relative.isAbsolute()
          && relative.getNameCount() == 1
          && !shard.equals(".")
          && !shard.equals("..");
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private ByteBuffer json(long totalBytes) {
    var root = Json.MAPPER.createObjectNode();
    root.putObject("metadata").put("total_size", totalBytes);
    var map = root.putObject("weight_map");
    shardOf.forEach(map::put);
    return Json.format(root);
  }

  /** Returns the names of the shards, each once. */
  List<String> shards() {
    return shardOf.values().stream().distinct().sorted().toList();
  }

  /**
   * Replaces the checkpoint of a base name in a folder. Files are written under temporary names
   * first, and old shards with the name of a new one get a second name, so that a process that is
   * killed leaves the old weights or the new ones.
   */
  static final class Replacement implements AutoCloseable {
    private final Path folder;
    private final String baseName;
    private final List<AtomicFile> files = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    Replacement(Path folder, String baseName) {
      this.folder = folder;
      this.baseName = baseName;
    }

    /** Writes a file of this many bytes, 0 if unknown, under a temporary name. */
    void add(String name, long bytes, AtomicFile.Content content) {
      files.add(new AtomicFile(folder.resolve(name), bytes, content));
      names.add(name);
    }

    /**
     * Adds the index; call it after adding the shards, because files are renamed in the order of
     * the calls.
     */
    void addIndex(ShardIndex index, long totalBytes) {
      ByteBuffer json = index.json(totalBytes);
      add(indexName(baseName), 0, channel -> AtomicFile.writeFully(channel, json));
    }

    void commit() {
      steps().forEach(Runnable::run);
    }

    /** Returns the steps. After each of them the folder has the old weights or the new ones. */
    List<Runnable> steps() {
      var steps = new ArrayList<Runnable>(setAside());
      files.forEach(file -> steps.add(file::commit));
      // The single file and the index come first in this order: without them nothing is read.
      steps.add(
          () ->
              files().stream()
                  .filter(file -> !names.contains(file.getFileName().toString()))
                  .sorted(Comparator.comparing(file -> isShard(file)))
                  .forEach(Replacement::delete));
      return steps;
    }

    /** Lets the old index name the spare names of its shards. */
    private List<Runnable> setAside() {
      Path file = folder.resolve(indexName(baseName));
      if (names.size() == 1 || !Files.isRegularFile(file)) {
        return List.of();
      }
      ShardIndex old;
      try {
        old = read(file);
      } catch (CheckpointException e) { // there are no old weights to keep
        return List.of();
      }
      var steps = new ArrayList<Runnable>();
      for (String shard : old.shards()) {
        if (names.contains(shard)) {
          steps.add(() -> link(folder.resolve(SPARE + shard), folder.resolve(shard)));
        }
      }
      var spare = new TreeMap<>(old.shardOf());
      spare.replaceAll((tensor, shard) -> names.contains(shard) ? SPARE + shard : shard);
      ByteBuffer json = new ShardIndex(spare).json(0);
      steps.add(() -> AtomicFile.write(file, channel -> AtomicFile.writeFully(channel, json)));
      return steps;
    }

    private static void link(Path link, Path file) {
      try {
        Files.deleteIfExists(link);
        AtomicFile.linkOrCopy(file, link);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot link " + link + " to " + file + ": " + e, e);
      }
    }

    private List<Path> files() {
      try (Stream<Path> entries = Files.list(folder)) {
        return entries.filter(file -> isShard(file) || isEntry(file)).toList();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + folder + ": " + e, e);
      }
    }

    private boolean isEntry(Path file) {
      String name = file.getFileName().toString();
      return name.equals(singleName(baseName)) || name.equals(indexName(baseName));
    }

    private boolean isShard(Path file) {
      return shardNames(baseName).matcher(file.getFileName().toString()).matches();
    }

    private static void delete(Path file) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot delete " + file + ": " + e, e);
      }
    }

    @Override
    public void close() {
      files.forEach(AtomicFile::close);
    }
  }
}
