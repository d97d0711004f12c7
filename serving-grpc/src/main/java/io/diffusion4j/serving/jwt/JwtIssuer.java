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
 * An issuer of JSON Web Tokens, such as one of OpenID Connect, and the meaning of its claims.
 *
 * @param issuer the value of {@code iss}
 * @param audience what {@code aud} must contain
 * @param keys where its public keys are, as a JWK set: an {@code https} URL, an {@code http} URL of
 *     this machine, or a file
 * @param algorithms the accepted algorithms of signatures
 * @param skew by how much clocks may differ
 * @param claims the meaning of the claims
 */
public record JwtIssuer(
    String issuer,
    String audience,
    URI keys,
    Set<String> algorithms,
    Duration skew,
    Claims claims) {
  /** The algorithms whose public keys may be published. */
  public static final Set<String> KNOWN_ALGORITHMS =
      Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

  private static final Duration LONGEST_SKEW = Duration.ofMinutes(10);
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  /**
   * The meaning of the claims of a token.
   *
   * @param principal the claim that names the principal, such as {@code sub}
   * @param roles the claim with the roles at the issuer: an array, or a text with spaces; a path
   *     with dots leads into objects, as {@code realm_access.roles}
   * @param roleMap the roles here, by those of the issuer; a token without any of them has no role
   * @param quota the claim with the class of quota; empty for none
   * @param quotaMap the quotas by their class
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

  /** Keys that others could change on their way would let others make tokens. */
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

  /** Returns the issuer with the usual algorithms and 30 seconds of skew. */
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
