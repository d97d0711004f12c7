package io.diffusion4j.serving.auth;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.file.StrictYaml;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The hashed tokens of a server, in a file of their own.
 *
 * @param tokens the entries
 */
record TokenFile(List<Entry> tokens) {
  /**
   * A token.
   *
   * @param name name of the principal, who may have several tokens
   * @param sha256 the SHA-256 of the token
   * @param roles the roles of the token; generate and embed by default
   * @param models the names of the allowed models; all by default
   * @param expires the end of its validity, such as {@code 2030-01-01T00:00:00Z}; never by default
   * @param quota the quota of its principal; the server's by default
   */
  record Entry(
      String name,
      String sha256,
      Set<Role> roles,
      Set<String> models,
      Instant expires,
      Quota quota) {
    Entry {
      name = name == null ? "" : name;
      sha256 = sha256 == null ? "" : sha256;
      roles = roles == null ? Set.of(Role.GENERATE, Role.EMBED) : Set.copyOf(roles);
      models = models == null ? Set.of(Principal.EVERY_MODEL) : Set.copyOf(models);
      expires = expires == null ? Instant.MAX : expires;
    }

    HashedTokens.Entry checked(Quota usual, List<String> served) {
      for (String model : models) {
        Check.that(
            model.equals(Principal.EVERY_MODEL) || served.contains(model),
            "models",
            model,
            "one of " + String.join(", ", served));
      }
      var principal = new Principal(name, roles, models, quota == null ? usual : quota);
      return new HashedTokens.Entry(sha256, expires, principal);
    }
  }

  TokenFile {
    tokens = tokens == null ? List.of() : List.copyOf(tokens);
  }

  /**
   * Reads a file.
   *
   * @param usual the quota of principals whose token has none
   * @param models the names of the served models
   */
  static HashedTokens read(Path file, Quota usual, List<String> models) throws IOException {
    List<Entry> tokens = StrictYaml.read(file, TokenFile.class).tokens;
    Check.that(!tokens.isEmpty(), file + ": tokens", "none", "at least one");
    List<HashedTokens.Entry> entries = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      try {
        entries.add(tokens.get(i).checked(usual, models));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(file + ": tokens[" + i + "]." + e.getMessage(), e);
      }
    }
    return new HashedTokens(entries, InstantSource.system());
  }
}
