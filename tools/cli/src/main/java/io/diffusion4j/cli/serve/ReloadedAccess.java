package io.diffusion4j.cli.serve;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.jwt.JwtTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The callers and their quotas, from settings that are read again while the server runs, and from
 * changes by operators. Thread-safe.
 */
final class ReloadedAccess implements Authenticator {
  private final Supplier<List<String>> models;

  /** The hashes of tokens that are refused until the server ends, whatever the files contain. */
  private final Set<String> revoked = ConcurrentHashMap.newKeySet();

  /** Quotas that operators gave, by principal, until the settings are read again. */
  private final Map<String, Quota> quotas = new ConcurrentHashMap<>();

  /** The principals of an issuer that are refused until the server ends. */
  private final Set<String> blocked = ConcurrentHashMap.newKeySet();

  private volatile Optional<ReloadedTokens> tokens = Optional.empty();
  private volatile Optional<JwtTokens> issued = Optional.empty();
  private volatile Quota usual = Quota.NONE;

  /**
   * Creates the access that the settings define.
   *
   * @param models the names of the models there are
   */
  ReloadedAccess(ServerSettings settings, Supplier<List<String>> models) throws IOException {
    this.models = models;
    reload(settings);
  }

  /**
   * Applies other settings. A revoked token stays revoked.
   *
   * @throws IllegalArgumentException if their tokens are invalid; the previous ones stay in use
   */
  synchronized void reload(ServerSettings settings) throws IOException {
    Optional<ReloadedTokens> newTokens = read(settings.tokens(), settings.quota());
    Optional<JwtTokens> newIssued = issued(settings);
    newTokens.ifPresent(some -> some.entries().forEach(ReloadedAccess::requireOwnName));
    tokens = newTokens;
    issued = newIssued;
    usual = settings.quota();
    quotas.clear();
  }

  private Optional<ReloadedTokens> read(Optional<Path> file, Quota quota) throws IOException {
    return file.isPresent()
        ? Optional.of(ReloadedTokens.of(file.get(), quota, models, revoked))
        : Optional.empty();
  }

  private static Optional<JwtTokens> issued(ServerSettings settings) throws IOException {
    return settings.jwt().isPresent()
        ? Optional.of(new JwtTokens(settings.jwt().get(), settings.quota()))
        : Optional.empty();
  }

  /** Principals of the file and of an issuer are never the same. */
  private static void requireOwnName(HashedTokens.Entry entry) {
    String name = entry.principal().name();
    Check.that(
        !name.startsWith(JwtTokens.PREFIX),
        "tokens: name",
        name,
        "none that begins with " + JwtTokens.PREFIX + ", as those of JSON Web Tokens do");
  }

  /** Returns the accepted tokens; empty if no token is needed. */
  List<HashedTokens.Entry> tokens() {
    return tokens.map(ReloadedTokens::entries).orElse(List.of());
  }

  /**
   * Refuses all tokens that a principal has now, until the server ends; a principal of an issuer
   * altogether.
   *
   * @throws IllegalArgumentException if it has none
   */
  void revoke(String principal) {
    if (principal.startsWith(JwtTokens.PREFIX) && issued.isPresent()) {
      blocked.add(principal);
      return;
    }
    List<String> hashes =
        tokens().stream()
            .filter(token -> token.principal().name().equals(principal))
            .map(HashedTokens.Entry::sha256)
            .toList();
    Check.that(!hashes.isEmpty(), "principal", principal, "one that has tokens");
    revoked.addAll(hashes);
    tokens.ifPresent(ReloadedTokens::revokedChanged);
  }

  /** Returns the quota of principals whose token has no quota. */
  Quota usualQuota() {
    return usual;
  }

  /** Returns the quotas that operators gave to principals. */
  Map<String, Quota> quotas() {
    return Map.copyOf(quotas);
  }

  /** Gives a principal a quota, until the settings are read again. */
  void setQuota(String principal, Quota quota) {
    quotas.put(principal, quota);
  }

  @Override
  public Principal authenticate(String token) {
    Principal principal = principal(token);
    Quota own = quotas.get(principal.name());
    return own == null ? principal : principal.withQuota(own);
  }

  private Principal principal(String token) {
    if (issued.isPresent() && (tokens.isEmpty() || JwtTokens.isOne(token))) {
      return issued(issued.get(), token);
    }
    return tokens.isPresent()
        ? tokens.get().authenticate(token)
        : Principal.ANYBODY.withQuota(usual);
  }

  private Principal issued(JwtTokens issuer, String token) {
    if (token.isEmpty()) {
      throw new UnauthenticatedException(
          "TOKEN_MISSING", "authorization: none (expected: Bearer and a token)");
    }
    Principal principal = issuer.authenticate(token);
    if (blocked.contains(principal.name())) {
      throw new UnauthenticatedException(
          "TOKEN_UNKNOWN", "authorization: a token of a principal that was revoked");
    }
    return principal;
  }
}
