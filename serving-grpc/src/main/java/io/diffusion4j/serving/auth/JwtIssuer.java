package io.diffusion4j.serving.auth;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.file.RecordComponents;
import io.diffusion4j.serving.file.StrictYaml;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
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
 *     URL of this machine, or a {@code file} URL; in a file of settings also a path
 * @param algorithms the accepted signature algorithms, from {@link #KNOWN_ALGORITHMS}; RS256 and
 *     ES256 by default
 * @param skew the tolerated clock skew, 0 to 10 minutes; 30 seconds by default
 * @param principalClaim the claim that names the principal; {@code sub} by default
 * @param rolesClaim the claim with the issuer's roles: an array, or a text separated by spaces; a
 *     path with dots selects a nested claim, such as {@code realm_access.roles}. {@code roles} by
 *     default
 * @param roles the roles of this server by the issuer's roles; a token without a mapped role gets
 *     no role
 * @param quotaClaim the claim with the quota class; empty if there is none
 * @param quotas the quotas by quota class; empty exactly if {@code quotaClaim} is
 */
public record JwtIssuer(
    String issuer,
    String audience,
    @JsonDeserialize(using = Location.class) URI keys,
    Set<String> algorithms,
    @JsonProperty("skew-seconds") Duration skew,
    String principalClaim,
    String rolesClaim,
    Map<String, Set<Role>> roles,
    String quotaClaim,
    Map<String, Quota> quotas) {
  /** The supported signature algorithms; all of them verify with a public key. */
  public static final Set<String> KNOWN_ALGORITHMS =
      Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

  private static final Duration LONGEST_SKEW = Duration.ofMinutes(10);
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  public JwtIssuer {
    if (keys == null) {
      throw Check.refusal("keys", "none", "the URL or the file of the issuer's keys");
    }
    Check.that(
        roles != null && !roles.isEmpty(), "roles", "none", "roles here, by those of the issuer");
    algorithms = algorithms == null ? Set.of("RS256", "ES256") : Set.copyOf(algorithms);
    skew = skew == null ? Duration.ofSeconds(30) : skew;
    principalClaim = principalClaim == null ? "sub" : principalClaim;
    rolesClaim = rolesClaim == null ? "roles" : rolesClaim;
    roles = Map.copyOf(roles);
    quotaClaim = quotaClaim == null ? "" : quotaClaim;
    quotas = quotas == null ? Map.of() : Map.copyOf(quotas);
    Check.that(!principalClaim.isBlank(), "principal-claim", "none", "the name of a claim");
    Check.that(!rolesClaim.isBlank(), "roles-claim", "none", "the name of a claim");
    Check.that(
        quotaClaim.isEmpty() == quotas.isEmpty(),
        "quota-claim",
        quotaClaim.isEmpty() ? "none" : quotaClaim,
        "together with quotas");
    Check.that(issuer != null && !issuer.isBlank(), "issuer", "none", "the iss of its tokens");
    Check.that(
        audience != null && !audience.isBlank(),
        "audience",
        "none",
        "the name of this server in aud");
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

  /**
   * Returns an issuer with RS256 and ES256 signatures, 30 seconds of clock skew, principals in
   * {@code sub} and roles in {@code roles}.
   */
  public static JwtIssuer of(
      String issuer, String audience, URI keys, Map<String, Set<Role>> roles) {
    var algorithms = Set.of("RS256", "ES256");
    var skew = Duration.ofSeconds(30);
    return new JwtIssuer(
        issuer, audience, keys, algorithms, skew, "sub", "roles", roles, "", Map.of());
  }

  /** Returns this issuer with the roles of another claim. */
  public JwtIssuer withRolesClaim(String claim) {
    return RecordComponents.with(this, "rolesClaim", claim);
  }

  /** Returns this issuer with quotas by the classes of a claim. */
  public JwtIssuer withQuotas(String claim, Map<String, Quota> classes) {
    return new JwtIssuer(
        issuer,
        audience,
        keys,
        algorithms,
        skew,
        principalClaim,
        rolesClaim,
        roles,
        claim,
        classes);
  }

  /** Returns this issuer with other signature algorithms. */
  public JwtIssuer withAlgorithms(Set<String> accepted) {
    return RecordComponents.with(this, "algorithms", accepted);
  }

  /** A URL, or the path of a file. */
  static final class Location extends JsonDeserializer<URI> {
    @Override
    public URI deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      String text = parser.getValueAsString("");
      return text.matches("[a-z]+://.*")
          ? context.readValue(parser, URI.class)
          : StrictYaml.path(parser, context).toAbsolutePath().toUri();
    }
  }
}
