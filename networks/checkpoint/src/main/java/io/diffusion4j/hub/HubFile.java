package io.diffusion4j.hub;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A file of a model, in one commit.
 *
 * @param path relative to the model, with slashes
 * @param size the size in bytes
 * @param etag the name of its content in the cache: git's SHA-1 of a small file, the SHA-256 of a
 *     large one
 * @param sha256 the SHA-256 of the content, for large files
 */
public record HubFile(String path, long size, String etag, Optional<String> sha256) {
  public HubFile {
    if (path.indexOf('\\') >= 0
        || Arrays.stream(path.split("/", -1)).anyMatch(Set.of("", ".", "..")::contains)) {
      throw HubException.refused("file: " + path + " (expected: a path inside the model)");
    }
    if (size < 0 || !etag.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
      throw HubException.refused(
          "file %s: %d bytes, etag %s (expected: a size and a hash)".formatted(path, size, etag));
    }
  }
}
