package io.diffusion4j.cli.serve;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Who may call and how much: as settings contain it that are read again while the server runs, and
 * as operators change it meanwhile. Thread-safe.
 */
final class ReloadedAccess implements Authenticator {
  private final Supplier<List<String>> models;

  /** The hashes of tokens that are refused until the server ends, whatever the files contain. */
  private final Set<String> revoked = ConcurrentHashMap.newKeySet();

  /** Quotas that operators gave, by principal, until the settings are read again. */
  private final Map<String, Quota> quotas = new ConcurrentHashMap<>();

  private volatile Optional<ReloadedTokens> tokens = Optional.empty();
  private volatile Quota usual = Quota.NONE;

  /**
   * As these settings say.
   *
   * @param models the names of the models there are
   */
  ReloadedAccess(ServerSettings settings, Supplier<List<String>> models) throws IOException {
    this.models = models;
    reload(settings);
  }

  /**
   * As other settings say from now on. A revoked token stays revoked.
   *
   * @throws IllegalArgumentException if their tokens are invalid; the previous ones stay in use
   */
  synchronized void reload(ServerSettings settings) throws IOException {
    tokens = read(settings.tokens(), settings.quota());
    usual = settings.quota();
    quotas.clear();
  }

  private Optional<ReloadedTokens> read(Optional<Path> file, Quota quota) throws IOException {
    return file.isPresent()
        ? Optional.of(ReloadedTokens.of(file.get(), quota, models, revoked))
        : Optional.empty();
  }

  /** Returns the accepted tokens; empty if no token is needed. */
  List<HashedTokens.Entry> tokens() {
    return tokens.map(ReloadedTokens::entries).orElse(List.of());
  }

  /**
   * Refuses all tokens that a principal has now, until the server ends.
   *
   * @throws IllegalArgumentException if it has none
   */
  void revoke(String principal) {
    List<String> hashes =
        tokens().stream()
            .filter(token -> token.principal().name().equals(principal))
            .map(HashedTokens.Entry::sha256)
            .toList();
    Check.that(!hashes.isEmpty(), "principal", principal, "one that has tokens");
    revoked.addAll(hashes);
    tokens.ifPresent(ReloadedTokens::revokedChanged);
  }

  /** The quota of principals whose token has none. */
  Quota usualQuota() {
    return usual;
  }

  /** The quotas that operators gave to principals. */
  Map<String, Quota> quotas() {
    return Map.copyOf(quotas);
  }

  /** Gives a principal a quota, until the settings are read again. */
  void setQuota(String principal, Quota quota) {
    quotas.put(principal, quota);
  }

  @Override
  public Principal authenticate(String token) {
    Principal principal =
        tokens.isPresent() ? tokens.get().authenticate(token) : Principal.ANYBODY.withQuota(usual);
    Quota own = quotas.get(principal.name());
    return own == null ? principal : principal.withQuota(own);
  }
}
