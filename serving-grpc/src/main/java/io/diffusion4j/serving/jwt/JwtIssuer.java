package io.diffusion4j.serving.jwt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An issuer of JSON Web Tokens, such as an OpenID Connect provider, and the meaning of its claims.
 *
 * @param issuer the required value of {@code iss}
 * @param audience the value that {@code aud} must contain
 * @param keys the location of its public keys as a JWK set: an {@code https} URL, an {@code http}
 *     URL of this machine, or a {@code file} URL
 * @param algorithms the accepted signature algorithms, from {@link #KNOWN_ALGORITHMS}
 * @param skew the tolerated clock skew, 0 to 10 minutes
 * @param claims the meaning of the claims
 */
public record JwtIssuer(
    String issuer,
    String audience,
    URI keys,
    Set<String> algorithms,
    Duration skew,
    Claims claims) {
  /** The supported signature algorithms; all of them verify with a public key. */
  public static final Set<String> KNOWN_ALGORITHMS =
      Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

  private static final Duration LONGEST_SKEW = Duration.ofMinutes(10);
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  /**
   * The meaning of the claims of a token.
   *
   * @param principal the claim that names the principal, such as {@code sub}
   * @param roles the claim with the issuer's roles: an array, or a text separated by spaces; a path
   *     with dots selects a nested claim, such as {@code realm_access.roles}
   * @param roleMap the roles of this server by the issuer's roles; a token without a mapped role
   *     gets no role
   * @param quota the claim with the quota class; empty if there is none
   * @param quotaMap the quotas by quota class; empty exactly if {@code quota} is
   */
  public record Claims(
      String principal,
      String roles,
      Map<String, Set<Role>> roleMap,
      String quota,
      Map<String, Quota> quotaMap) {
    public Claims {
      Check.that(!principal.isBlank(), "principal-claim", "none", "the name of a claim");
      Check.that(!roles.isBlank(), "roles-claim", "none", "the name of a claim");
      Check.that(!roleMap.isEmpty(), "roles", "none", "roles here, by those of the issuer");
      Check.that(
          quota.isEmpty() == quotaMap.isEmpty(),
          "quota-claim",
          quota.isEmpty() ? "none" : quota,
          "together with quotas");
      roleMap = Map.copyOf(roleMap);
      quotaMap = Map.copyOf(quotaMap);
    }
  }

  public JwtIssuer {
    Check.that(!issuer.isBlank(), "issuer", "none", "the iss of its tokens");
    Check.that(!audience.isBlank(), "audience", "none", "the name of this server in aud");
    Check.that(!algorithms.isEmpty(), "algorithms", "none", "at least one");
    for (String algorithm : algorithms) {
      Check.that(
          KNOWN_ALGORITHMS.contains(algorithm),
          "algorithms",
          algorithm,
          "one of " + String.join(", ", new TreeSet<>(KNOWN_ALGORITHMS)) + "; public keys only");
    }
    Check.that(
        !skew.isNegative() && skew.compareTo(LONGEST_SKEW) <= 0,
        "skew-seconds",
        skew.toSeconds(),
        "0 to %s",
        LONGEST_SKEW.toSeconds());
    requireTrusted(keys);
    algorithms = Set.copyOf(algorithms);
  }

  /** Rejects keys fetched over an unprotected network: an attacker could replace them. */
  private static void requireTrusted(URI keys) {
    String scheme = String.valueOf(keys.getScheme()).toLowerCase(Locale.ROOT);
    boolean here = keys.getHost() != null && LOCAL.contains(keys.getHost());
    Check.that(
        scheme.equals("file")
            || (scheme.equals("https") && keys.getHost() != null)
            || (scheme.equals("http") && here),
        "keys",
        keys,
        "a file, an https URL, or an http URL of this machine");
  }

  /** Returns an issuer with RS256 and ES256 signatures and 30 seconds of clock skew. */
  public static JwtIssuer usual(String issuer, String audience, URI keys, Claims claims) {
    return new JwtIssuer(
        issuer,
        audience,
        keys,
        Set.copyOf(List.of("RS256", "ES256")),
        Duration.ofSeconds(30),
        claims);
  }
}
