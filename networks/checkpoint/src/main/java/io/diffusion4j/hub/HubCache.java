package io.diffusion4j.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The folder of one model in the shared cache: {@code refs}, {@code blobs} by hash, and in {@code
 * snapshots} a folder of links for each commit.
 *
 * <p>Contents are named by their hash; a file gets this name when it is complete. Downloads of the
 * same content exclude each other, within this process and among Java processes; Python uses its
 * own temporary names.
 */
final class HubCache {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TREE_VERSION = 1;
  private static final String TAG =
      """
      Signature: 8a477f597d28d172789f06886806bc55
      # This folder holds models that can be downloaded again.
      # Programs that make backups may pass over it.
      # See https://bford.info/cachedir/
      """;

  private static final Map<Path, Lock> LOCKS = new ConcurrentHashMap<>();

  private final Path root;
  private final Path folder;

  HubCache(Path root, RepoName repo) {
    this.root = root;
    this.folder = root.resolve("models--" + repo.name().replace("/", "--"));
  }

  /** Returns the folder of a commit, a model folder made of links. */
  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  Path blob(HubFile file) {
    return folder.resolve("blobs").resolve(file.etag());
  }

  /** Returns the partial file of a download, possibly with bytes of an interrupted one. */
  Path partial(HubFile file) {
    return folder.resolve("blobs").resolve(file.etag() + ".incomplete");
  }

  boolean has(String commit, HubFile file) {
    return isWhole(snapshot(commit).resolve(file.path()), file);
  }

  /** Whether the content of a file is there, whatever commit has it. */
  boolean has(HubFile file) {
    return isWhole(blob(file), file);
  }

  /** A file that a crash or a full disk has cut is not whole; a size below 0 is unknown. */
  private static boolean isWhole(Path path, HubFile file) {
    try {
      return Files.isRegularFile(path) && (file.size() < 0 || Files.size(path) == file.size());
    } catch (IOException e) {
      throw failed("read", path, e);
    }
  }

  /** Returns the last known commit of a revision. */
  Optional<String> commit(String revision) {
    Path ref = folder.resolve("refs").resolve(revision);
    if (!Files.isRegularFile(ref)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(ref).strip()).filter(RepoName::isCommit);
    } catch (IOException e) {
      throw failed("read", ref, e);
    }
  }

  /** Stores the commit of a revision, if it changed. */
  void setCommit(String revision, String commit) {
    if (!commit(revision).equals(Optional.of(commit))) {
      replace(folder.resolve("refs").resolve(revision), commit);
    }
  }

  /** Returns the list of a commit's files, if it is known. */
  Optional<List<HubFile>> tree(String commit) {
    Path file = folder.resolve("trees").resolve(commit + ".json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      JsonNode tree = JSON.readTree(file.toFile());
      if (tree.path("format_version").asInt() != TREE_VERSION) {
        return Optional.empty();
      }
      var files = new ArrayList<HubFile>();
      tree.path("files")
          .properties()
          .forEach(
              entry -> {
                JsonNode value = entry.getValue();
                Optional<String> sha256 =
                    Optional.ofNullable(value.get("lfs_sha256")).map(JsonNode::asText);
                files.add(
                    new HubFile(
                        entry.getKey(),
                        value.path("lfs_size").asLong(value.path("size").asLong(-1)),
                        sha256.orElse(value.path("blob_id").asText()),
                        sha256));
              });
      return Optional.of(files);
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  void setTree(String commit, List<HubFile> files) {
    ObjectNode tree = JSON.createObjectNode().put("format_version", TREE_VERSION);
    ObjectNode entries = tree.putObject("files");
    for (HubFile file : files) {
      ObjectNode entry =
          entries.putObject(file.path()).put("size", file.size()).put("blob_id", file.etag());
      file.sha256().ifPresent(hash -> entry.put("lfs_sha256", hash).put("lfs_size", file.size()));
    }
    replace(folder.resolve("trees").resolve(commit + ".json"), tree.toString());
  }

  /** Makes the folders that a download needs. */
  void prepare() {
    try {
      Files.createDirectories(folder.resolve("blobs"));
      Path tag = root.resolve("CACHEDIR.TAG");
      if (!Files.exists(tag)) {
        Files.writeString(tag, TAG);
      }
    } catch (IOException e) {
      throw failed("write to", root, e);
    }
  }

  /** Runs an action with the exclusive right to download this content. */
  void exclusively(HubFile file, Runnable action) {
    Path path = root.resolve(".locks").resolve(folder.getFileName()).resolve(file.etag() + ".lock");
    Lock lock = LOCKS.computeIfAbsent(path.toAbsolutePath(), any -> new ReentrantLock());
    lock.lock();
    try {
      Files.createDirectories(path.getParent());
      try (FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        FileLock held = channel.lock();
        action.run();
        held.release();
      }
    } catch (IOException e) {
      throw failed("lock", path, e);
    } finally {
      lock.unlock();
    }
  }

  /** Gives a complete and checked download the name of its hash. */
  void keep(HubFile file) {
    try {
      try (FileChannel written = FileChannel.open(partial(file), StandardOpenOption.WRITE)) {
        written.force(true); // or a crash could leave the name without the bytes
      }
      Files.move(partial(file), blob(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failed("rename", partial(file), e);
    }
  }

  /** Puts a blob into a commit's folder: as a relative link, or a copy where there are none. */
  void link(String commit, HubFile file) {
    Path link = snapshot(commit).resolve(file.path());
    try {
      Path parent = link.resolveSibling("");
      Files.createDirectories(parent);
      try {
        Files.createSymbolicLink(link, parent.relativize(blob(file)));
      } catch (FileAlreadyExistsException e) {
        if (!Files.isRegularFile(link)) {
          throw e;
        }
      } catch (UnsupportedOperationException | FileSystemException e) {
        Path temporary = link.resolveSibling("." + UUID.randomUUID());
        Files.copy(blob(file), temporary);
        Files.move(temporary, link, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw failed("write", link, e);
    }
  }

  private static void replace(Path file, String content) {
    Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(temporary, content);
      Files.move(
          temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private static UncheckedIOException failed(String verb, Path path, IOException e) {
    return new UncheckedIOException("cannot " + verb + " " + path + ": " + e, e);
  }
}
