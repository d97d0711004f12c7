package io.diffusion4j.diffusion.cache;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The user's cache folders, by the XDG Base Directory Specification. They may be deleted at any
 * time.
 */
public final class UserCache {
  private UserCache() {}

  /**
   * Returns {@code $XDG_CACHE_HOME/diffusion4j/NAME}, or {@code ~/.cache/diffusion4j/NAME} without
   * the variable. The folder need not exist.
   */
  public static Path folder(String name) {
    return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
        .map(Path::of)
        .filter(Path::isAbsolute) // the specification says to ignore relative ones
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
        .resolve("diffusion4j")
        .resolve(name);
  }
}
