package io.diffusion4j.serving.auth;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.file.ReloadedFiles;
import io.diffusion4j.serving.file.StrictYaml;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The callers and their quotas, from settings that are read again while the server runs, and from
 * changes by operators. A token that is removed from its file is refused from the next second on.
 * Thread-safe.
 */
public final class ReloadedAccess implements Authenticator {
  private final Supplier<List<String>> served;

  /**
   * The names that tokens may mention: the names of all models that were served so far, so that a
   * file of tokens stays valid when a model is unloaded.
   */
  private final Set<String> known = new TreeSet<>();

  /** The hashes of tokens that are refused until the server ends, whatever the files contain. */
  private final Set<String> revoked = ConcurrentHashMap.newKeySet();

  /** Quotas that operators gave, by principal, until the settings are read again. */
  private final Map<String, Quota> quotas = new ConcurrentHashMap<>();

  /** The principals of an issuer that are refused until the server ends. */
  private final Set<String> blocked = ConcurrentHashMap.newKeySet();

  private volatile Optional<ReloadedFiles<HashedTokens>> tokens = Optional.empty();
  private volatile Optional<JwtTokens> issued = Optional.empty();
  private volatile Quota defaults = Quota.NONE;

  /**
   * The settings of access.
   *
   * @param tokens the file of the tokens; empty for none
   * @param jwt the issuer of JSON Web Tokens; empty for none. Without tokens and issuer, everybody
   *     may call
   * @param quota the quota of principals whose token has none
   */
  public record Settings(Optional<Path> tokens, Optional<JwtIssuer> jwt, Quota quota) {}

  /**
   * Creates the access that the settings define.
   *
   * @param served the names of the served models
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if a file is invalid
   */
  public ReloadedAccess(Settings settings, Supplier<List<String>> served) throws IOException {
    this.served = served;
    reload(settings);
  }

  /**
   * Applies other settings. A revoked token stays revoked.
   *
   * @throws IOException if a file cannot be read; the previous tokens stay in use
   * @throws IllegalArgumentException if their tokens are invalid; the previous ones stay in use
   */
  public synchronized void reload(Settings settings) throws IOException {
    Quota quota = settings.quota();
    Optional<ReloadedFiles<HashedTokens>> newTokens = Optional.empty();
    if (settings.tokens().isPresent()) {
      Path file = settings.tokens().get();
      newTokens =
          Optional.of(new ReloadedFiles<>("tokens", List.of(file), () -> read(file, quota)));
    }
    issued =
        settings.jwt().isPresent()
            ? Optional.of(new JwtTokens(settings.jwt().get(), quota))
            : Optional.empty();
    tokens = newTokens;
    defaults = quota;
    quotas.clear();
  }

  private HashedTokens read(Path file, Quota quota) throws IOException {
    HashedTokens read = TokenFile.read(file, quota, models());
    for (HashedTokens.Entry entry : read.entries()) { // never the same as those of an issuer
      String name = entry.principal().name();
      Check.that(
          !name.startsWith(JwtTokens.PREFIX),
          "tokens: name",
          name,
          "none that begins with " + JwtTokens.PREFIX + ", as those of JSON Web Tokens do");
    }
    return read;
  }

  private List<String> models() {
    synchronized (known) {
      known.addAll(served.get());
      return List.copyOf(known);
    }
  }

  /** Returns the accepted tokens; empty if no token is needed. */
  public List<HashedTokens.Entry> tokens() {
    return tokens.map(ReloadedFiles::get).map(HashedTokens::entries).orElse(List.of()).stream()
        .filter(entry -> !revoked.contains(entry.sha256()))
        .toList();
  }

  /**
   * Refuses all tokens that a principal has now, until the server ends; a principal of an issuer
   * altogether.
   *
   * @throws IllegalArgumentException if it has none
   */
  public void revoke(String principal) {
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
  }

  /** Returns the quota of principals whose token has no quota. */
  public Quota defaultQuota() {
    return defaults;
  }

  /** Returns the quotas that operators gave to principals. */
  public Map<String, Quota> quotas() {
    return Map.copyOf(quotas);
  }

  /** Gives a principal a quota, until the settings are read again. */
  public void setQuota(String principal, Quota quota) {
    quotas.put(principal, quota);
  }

  @Override
  public Principal authenticate(String token) {
    Principal principal = principal(token);
    Quota own = quotas.get(principal.name());
    return own == null ? principal : principal.withQuota(own);
  }

  private Principal principal(String token) {
    Optional<JwtTokens> issuer = issued;
    Optional<ReloadedFiles<HashedTokens>> file = tokens;
    if (issuer.isPresent() && (file.isEmpty() || JwtTokens.isOne(token))) {
      return issued(issuer.get(), token);
    }
    if (file.isEmpty()) {
      return Principal.ANYBODY.withQuota(defaults);
    }
    Principal principal = file.get().get().authenticate(token);
    if (revoked.contains(HashedTokens.hash(token))) {
      throw HashedTokens.unknown();
    }
    return principal;
  }

  private Principal issued(JwtTokens issuer, String token) {
    if (token.isEmpty()) {
      throw HashedTokens.missing();
    }
    Principal principal = issuer.authenticate(token);
    if (blocked.contains(principal.name())) {
      throw new UnauthenticatedException(
          "TOKEN_UNKNOWN", "authorization: a token of a principal that was revoked");
    }
    return principal;
  }

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
     * @param expires the end of its validity, such as {@code 2030-01-01T00:00:00Z}; never by
     *     default
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

      HashedTokens.Entry checked(Quota defaults, List<String> served) {
        for (String model : models) {
          Check.that(
              model.equals(Principal.EVERY_MODEL) || served.contains(model),
              "models",
              model,
              "one of " + String.join(", ", served));
        }
        var principal = new Principal(name, roles, models, quota == null ? defaults : quota);
        return new HashedTokens.Entry(sha256, expires, principal);
      }
    }

    TokenFile {
      tokens = tokens == null ? List.of() : List.copyOf(tokens);
    }

    /**
     * Reads a file.
     *
     * @param defaults the quota of principals whose token has none
     * @param models the names of the served models
     */
    static HashedTokens read(Path file, Quota defaults, List<String> models) throws IOException {
      List<Entry> tokens = StrictYaml.read(file, TokenFile.class).tokens;
      Check.that(!tokens.isEmpty(), file + ": tokens", "none", "at least one");
      List<HashedTokens.Entry> entries = new ArrayList<>();
      for (int i = 0; i < tokens.size(); i++) {
        try {
          entries.add(tokens.get(i).checked(defaults, models));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(file + ": tokens[" + i + "]." + e.getMessage(), e);
        }
      }
      return new HashedTokens(entries, InstantSource.system());
    }
  }
}
