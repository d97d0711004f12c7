package io.diffusion4j.cli.serve;

import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of a file, reloaded when it changes: a removed token is refused from the next second
 * on. If the file becomes unreadable, the previous tokens stay valid, with one warning in the log.
 */
final class ReloadedTokens implements Authenticator {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadedTokens.class);

  /** The shortest interval between two checks of the file. */
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final Path file;
  private final Quota usual;
  private final Supplier<List<String>> models;
  private Version version;
  private long looked = System.nanoTime();
  private final Set<String> revoked;
  private volatile List<HashedTokens.Entry> entries;
  private volatile Authenticator tokens;

  /** The properties that reveal a change; empty for a missing file. */
  private record Version(FileTime modified, long size) {
    static final Version NONE = new Version(FileTime.fromMillis(0), -1);

    static Version of(Path file) {
      try {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Version(attributes.lastModifiedTime(), attributes.size());
      } catch (IOException e) {
        return NONE; // reading it says what is wrong
      }
    }
  }

  private ReloadedTokens(Path file, Quota usual, Supplier<List<String>> models, Set<String> revoked)
      throws IOException {
    this.file = file;
    this.usual = usual;
    this.models = models;
    version = Version.of(file);
    this.revoked = revoked;
    entries = TokenFile.entries(file, usual, models.get());
    tokens = allowed();
  }

  /**
   * Reads a file, as {@link TokenFile#read}.
   *
   * @throws IllegalArgumentException if its current content is invalid
   */
  static Authenticator of(Path file, Quota usual, Supplier<List<String>> models)
      throws IOException {
    return of(file, usual, models, Set.of());
  }

  /**
   * Reads a file of tokens; tokens with the revoked hashes are refused.
   *
   * @param revoked may grow, see {@link #revokedChanged}
   */
  static ReloadedTokens of(
      Path file, Quota usual, Supplier<List<String>> models, Set<String> revoked)
      throws IOException {
    return new ReloadedTokens(file, usual, models, revoked);
  }

  /** Returns the tokens that are let in. */
  List<HashedTokens.Entry> entries() {
    return entries.stream().filter(entry -> !revoked.contains(entry.sha256())).toList();
  }

  /** Rejects tokens that were revoked since then. */
  synchronized void revokedChanged() {
    tokens = allowed();
  }

  private Authenticator allowed() {
    return new HashedTokens(entries(), InstantSource.system());
  }

  @Override
  public Principal authenticate(String token) {
    look();
    return tokens.authenticate(token);
  }

  private synchronized void look() {
    long now = System.nanoTime();
    if (now - looked < EVERY.toNanos()) {
      return;
    }
    looked = now;
    Version found = Version.of(file);
    if (found.equals(version)) {
      return;
    }
    version = found;
    try {
      entries = TokenFile.entries(file, usual, models.get());
      tokens = allowed();
      LOG.info("the tokens of {} have changed", file);
    } catch (IOException | IllegalArgumentException e) {
      LOG.error("the tokens stay as they were: {}", e.toString());
    }
  }
}
