package io.diffusion4j.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.digest.Sha256;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The weights of one network: a safetensors file or one of torch, or several with an index, read as
 * one.
 *
 * <p>Opening checks which file holds which tensor; values are read on demand.
 */
public final class Checkpoint implements TensorSource {
  /** The base name of weights in diffusers. */
  public static final String DIFFUSERS = "diffusion_pytorch_model";

  /** The base name of weights in transformers. */
  public static final String TRANSFORMERS = "model";

  /** The base name of weights in transformers' torch files. */
  private static final String TORCH_TRANSFORMERS = "pytorch_model";

  /** The number of bytes of each tensor in an identity. */
  private static final int IDENTIFYING = 256;

  private static final Pattern INDEX =
      Pattern.compile(".*\\.(safetensors|bin)\\.index(\\.\\w+)?\\.json");
  private static final Pattern TORCH = Pattern.compile(".*\\.(bin|pt|pth|ckpt|th|pkl|pickle)");

  private final Path origin;
  private final Path path;
  private final List<TensorSource> files;
  private final Map<String, TensorSource> fileOf;
  private final SortedMap<String, String> metadata;

  private Checkpoint(
      Path origin,
      Path path,
      List<TensorSource> files,
      Map<String, TensorSource> fileOf,
      SortedMap<String, String> metadata) {
    this.origin = origin;
    this.path = path;
    this.files = files;
    this.fileOf = fileOf;
    this.metadata = metadata;
  }

  /**
   * Returns the identity of the weights in some folders: a digest of the names, shapes and first
   * numbers of all tensors. Training changes all of these numbers, and reading them takes no time.
   *
   * @param baseNames as in {@link #open}
   * @return {@code sha256:} and 64 hexadecimal digits
   * @throws CheckpointException if there are no weights
   */
  public static String identity(List<Path> folders, String... baseNames) {
    MessageDigest digest = Sha256.start();
    for (Path folder : folders) {
      try (var weights = open(folder, baseNames)) {
        for (String name : weights.names().stream().sorted().toList()) {
          TensorInfo info = weights.info(name);
          digest.update((name + Arrays.toString(info.shape()) + info.dtype()).getBytes(UTF_8));
          digest.update(weights.raw(name, 0, (int) Math.min(IDENTIFYING, info.byteSize())));
        }
      }
    }
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Opens a file of safetensors or torch, an index of several, or a folder that contains them. In a
   * folder, as in diffusers, files of full precision come before those of the variant {@code fp16};
   * among them safetensors before torch files, {@code .bin}; among those each base name in turn,
   * and the single file before the index.
   *
   * @param baseNames base names of the weights in a folder; {@link #DIFFUSERS} and {@link
   *     #TRANSFORMERS} if none is given
   * @throws CheckpointException if there are no weights, or their files are damaged
   * @throws UncheckedIOException if a file cannot be read
   */
  public static Checkpoint open(Path folderOrFile, String... baseNames) {
    if (Files.isDirectory(folderOrFile)) {
      List<String> bases =
          baseNames.length == 0 ? List.of(DIFFUSERS, TRANSFORMERS) : Arrays.asList(baseNames);
      return openFile(folderOrFile, find(folderOrFile, bases));
    }
    if (!Files.exists(folderOrFile)) {
      throw new CheckpointException(folderOrFile, "no such file or folder");
    }
    return openFile(folderOrFile, folderOrFile);
  }

  private static Checkpoint openFile(Path origin, Path file) {
    String name = file.getFileName().toString();
    if (INDEX.matcher(name).matches()) {
      return openShards(origin, file);
    }
    TensorSource single = openOne(file);
    var fileOf = new LinkedHashMap<String, TensorSource>();
    single.names().forEach(key -> fileOf.put(key, single));
    return new Checkpoint(
        origin,
        file,
        List.of(single),
        fileOf,
        Collections.unmodifiableSortedMap(new TreeMap<>(single.metadata())));
  }

  /** The first bytes decide the format; the name only decides the error message. */
  private static TensorSource openOne(Path file) {
    boolean torch =
        TorchFile.recognises(file) || TORCH.matcher(file.getFileName().toString()).matches();
    return torch ? TorchFile.open(file) : SafetensorsFile.open(file);
  }

  private static Path find(Path folder, List<String> baseNames) {
    List<String> candidates = new ArrayList<>();
    for (String variant : List.of("", ".fp16")) {
      baseNames.forEach(base -> candidates.addAll(names(base, ".safetensors", variant)));
      baseNames.stream()
          .map(base -> base.equals(TRANSFORMERS) ? TORCH_TRANSFORMERS : base)
          .forEach(base -> candidates.addAll(names(base, ".bin", variant)));
    }
    return candidates.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    folder, "no weights (expected: one of " + String.join(", ", candidates) + ")"));
  }

  private static List<String> names(String base, String ending, String variant) {
    return List.of(base + variant + ending, base + ending + ".index" + variant + ".json");
  }

  private static Checkpoint openShards(Path origin, Path indexFile) {
    ShardIndex index = ShardIndex.read(indexFile);
    Map<String, Path> paths = new LinkedHashMap<>();
    index.shards().forEach(shard -> paths.put(shard, indexFile.resolveSibling(shard)));
    List<String> missing =
        paths.keySet().stream().filter(s -> !Files.isRegularFile(paths.get(s))).toList();
    if (!missing.isEmpty()) {
      throw new CheckpointException(indexFile, "shards that do not exist", missing);
    }
    var shards = new LinkedHashMap<String, TensorSource>();
    try {
      paths.forEach((shard, path) -> shards.put(shard, openOne(path)));
      var fileOf = checkIndex(indexFile, index, shards);
      var metadata = new TreeMap<String, String>();
      shards.values().forEach(shard -> metadata.putAll(shard.metadata()));
      return new Checkpoint(
          origin,
          indexFile,
          List.copyOf(shards.values()),
          fileOf,
          Collections.unmodifiableSortedMap(metadata));
    } catch (RuntimeException e) {
      shards.values().forEach(TensorSource::close);
      throw e;
    }
  }

  /** Shards and index must name the same tensors, each in one place. */
  private static Map<String, TensorSource> checkIndex(
      Path indexFile, ShardIndex index, Map<String, TensorSource> shards) {
    var problems = new ArrayList<String>();
    var shardOf = new LinkedHashMap<String, String>();
    var fileOf = new LinkedHashMap<String, TensorSource>();
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

  /**
   * Verifies the checksums of all files that have one; reads the files completely.
   *
   * @throws CheckpointException naming a file that is damaged
   */
  public void requireIntact() {
    for (TensorSource file : files) {
      if (file instanceof SafetensorsFile safetensors) {
        safetensors.requireIntact();
      }
    }
  }

  /** Returns the file or index that was opened. */
  public Path path() {
    return path;
  }

  /** Returns the folder or file that was requested. */
  @Override
  public String origin() {
    return origin.toString();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(fileOf.keySet());
  }

  @Override
  public TensorInfo info(String name) {
    return file(name).info(name);
  }

  /**
   * Returns the strides of a tensor in its file, in elements for each dimension; empty if
   * row-major.
   *
   * @throws CheckpointException if there is no such tensor
   */
  public Optional<long[]> strides(String name) {
    return file(name) instanceof TorchFile torch && !torch.isContiguous(name)
        ? Optional.of(torch.strides(name))
        : Optional.empty();
  }

  /** Returns the metadata of all files; for a key with several values, that of the last file. */
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
    files.forEach(TensorSource::close);
  }

  @Override
  public String toString() {
    return path + " (" + fileOf.size() + " tensors)";
  }

  private TensorSource file(String name) {
    TensorSource file = fileOf.get(name);
    if (file == null) {
      throw new CheckpointException(path, "no tensor " + name);
    }
    return file;
  }
}
