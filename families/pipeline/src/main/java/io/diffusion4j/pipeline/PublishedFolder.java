package io.diffusion4j.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Recognises model folders in the cache that the Hub's clients share by their paths. */
public final class PublishedFolder {
  private static final Pattern SNAPSHOT =
      Pattern.compile(".*/models--(?:(.+?)--)?(.+)/snapshots/([0-9a-f]{40})");

  private PublishedFolder() {}

  /**
   * Returns the name and the commit of a folder, {@code org/name@commit}; empty for any other
   * folder.
   */
  public static String name(Path folder) {
    try {
      String path = folder.toRealPath().toString().replace('\\', '/');
      Matcher snapshot = SNAPSHOT.matcher(path);
      if (!snapshot.matches()) {
        return "";
      }
      String organisation = snapshot.group(1) == null ? "" : snapshot.group(1) + "/";
      return organisation + snapshot.group(2) + "@" + snapshot.group(3);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }
}
