package io.diffusion4j.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A jar of a peer in its pinned version.
 *
 * @param sha256 the digest of the jar, in hexadecimal
 * @param platform the only platform that the jar is for, which is its classifier in Maven
 */
record PeerJar(
    String group, String artifact, String version, String sha256, Optional<String> platform) {

  /** Parses a line of the list: digest, coordinates and perhaps a platform. */
  static PeerJar parse(String line) {
    String[] words = line.split(" ", -1);
    String[] coordinates = words[1].split(":", -1);
    return new PeerJar(
        coordinates[0],
        coordinates[1],
        coordinates[2],
        words[0],
        words.length > 2 ? Optional.of(words[2]) : Optional.empty());
  }

  /** Returns the coordinates in the notation of Maven's dependency plugin. */
  String coordinates() {
    String plain = String.join(":", group, artifact, version);
    return platform.map(classifier -> plain + ":jar:" + classifier).orElse(plain);
  }

  String file() {
    return artifact + "-" + version + platform.map(name -> "-" + name).orElse("") + ".jar";
  }

  /** Returns the place in a local repository of Maven. */
  Path in(Path repository) {
    return repository
        .resolve(group.replace('.', '/'))
        .resolve(artifact)
        .resolve(version)
        .resolve(file());
  }

  /**
   * Checks the content of a file.
   *
   * @throws PeerException if its digest is another
   */
  void requireDigest(Path jar) throws IOException {
    String found = digest(jar);
    if (!found.equals(sha256)) {
      throw new PeerException("%s: SHA-256 %s (expected: %s)".formatted(jar, found, sha256));
    }
  }

  private static String digest(Path jar) throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      try (var in = new DigestInputStream(Files.newInputStream(jar), digest)) {
        byte[] buffer = new byte[1 << 16];
        while (in.read(buffer) >= 0) {
          // the digest sees the bytes
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
