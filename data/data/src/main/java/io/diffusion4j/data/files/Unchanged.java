package io.diffusion4j.data.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

/**
 * The size and time of a file when its index was read; if they change, the positions in the index
 * are invalid.
 */
record Unchanged(Path file, long size, FileTime time) {
  static Unchanged of(Path file) throws IOException {
    var facts = Files.readAttributes(file, BasicFileAttributes.class);
    return new Unchanged(file, facts.size(), facts.lastModifiedTime());
  }

  /** Returns the size and time in one number. */
  long hashed() {
    return 31 * size + time.to(TimeUnit.NANOSECONDS);
  }

  /** Returns a part of the file. */
  Bytes part(long offset, long length) {
    Bytes bytes = Bytes.of(file, offset, Math.toIntExact(length));
    return new Bytes(
        file,
        bytes.length(),
        () -> {
          if (!equals(of(file))) {
            throw new IOException(file + " was changed since it was opened");
          }
          return bytes.read();
        });
  }
}
