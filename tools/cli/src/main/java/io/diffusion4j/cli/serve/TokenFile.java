package io.diffusion4j.cli.serve;

import io.diffusion4j.cli.serve.ServerFile.QuotaEntry;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hashed tokens of a server, in a separate file. {@code diffusion4j token} makes entries.
 *
 * @param tokens the entries
 */
record TokenFile(@Nullable List<Entry> tokens) {
  private static final Set<Role> USUAL = Set.of(Role.GENERATE, Role.EMBED);

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
      @Nullable String name,
      @Nullable String sha256,
      @Nullable List<Role> roles,
      @Nullable List<String> models,
      @Nullable String expires,
      @Nullable QuotaEntry quota) {}

  /**
   * Reads a file.
   *
   * @param usual the quota of principals whose token has none
   * @param models the names of the served models
   */
  static Authenticator read(Path file, Quota usual, List<String> models) throws IOException {
    return new HashedTokens(entries(file, usual, models), InstantSource.system());
  }

  /** Returns the entries as a list. */
  static List<HashedTokens.Entry> entries(Path file, Quota usual, List<String> models)
      throws IOException {
    List<HashedTokens.Entry> entries = new ArrayList<>();
    List<Entry> tokens =
        Objects.requireNonNullElse(StrictYaml.read(file, TokenFile.class).tokens, List.of());
    for (int i = 0; i < tokens.size(); i++) {
      try {
        entries.add(entry(tokens.get(i), usual, models));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(file + ": tokens[" + i + "]." + e.getMessage(), e);
      }
    }
    Check.that(!entries.isEmpty(), file + ": tokens", "none", "at least one");
    return entries;
  }

  private static HashedTokens.Entry entry(Entry token, Quota usual, List<String> models) {
    String name = Objects.requireNonNullElse(token.name, "");
    Set<String> allowed =
        token.models == null ? Set.of(Principal.EVERY_MODEL) : new HashSet<>(token.models);
    for (String model : allowed) {
      if (!model.equals(Principal.EVERY_MODEL) && !models.contains(model)) {
        throw new IllegalArgumentException(
            "models: " + model + " (expected: one of " + String.join(", ", models) + ")");
      }
    }
    var principal =
        new Principal(
            name,
            token.roles == null ? USUAL : new HashSet<>(token.roles),
            allowed,
            token.quota == null ? usual : token.quota.quota());
    return new HashedTokens.Entry(
        Objects.requireNonNullElse(token.sha256, ""), expires(token.expires), principal);
  }

  private static Instant expires(@Nullable String time) {
    if (time == null) {
      return Instant.MAX;
    }
    try {
      return Instant.parse(time);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "expires: " + time + " (expected: a time such as 2030-01-01T00:00:00Z)", e);
    }
  }
}
