package io.diffusion4j.cli.serve;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.jwt.JwtIssuer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link JwtIssuer}.
 *
 * @param issuer the {@code iss} of its tokens; required
 * @param audience the name of this server in {@code aud}; required
 * @param keys a URL, or a file; required
 * @param algorithms the algorithms of signatures; RS256 and ES256 unless given
 * @param skewSeconds the largest difference of the clocks in seconds; 30 unless given
 * @param principalClaim {@code sub} unless given
 * @param rolesClaim {@code roles} unless given
 * @param roles the roles here, by those of the issuer; required
 * @param quotaClaim the claim with the class of quota
 * @param quotas the quotas by class
 */
record JwtEntry(
    @Nullable String issuer,
    @Nullable String audience,
    @Nullable String keys,
    @Nullable Set<String> algorithms,
    @Nullable Integer skewSeconds,
    @Nullable String principalClaim,
    @Nullable String rolesClaim,
    @Nullable Map<String, List<Role>> roles,
    @Nullable String quotaClaim,
    @Nullable Map<String, ServerFile.QuotaEntry> quotas) {
  private static final Set<String> USUAL_ALGORITHMS = Set.of("RS256", "ES256");
  private static final int USUAL_SKEW = 30;
  private static final String URL = "[a-z]+://.*";

  /** Returns the same entry with an absolute path of the file of keys. */
  JwtEntry from(Path folder) {
    return new JwtEntry(
        issuer,
        audience,
        keys == null || keys.matches(URL) ? keys : folder.resolve(keys).toUri().toString(),
        algorithms,
        skewSeconds,
        principalClaim,
        rolesClaim,
        roles,
        quotaClaim,
        quotas);
  }

  /**
   * Returns the issuer.
   *
   * @throws IllegalArgumentException if something is wrong with it; the message names the key
   */
  JwtIssuer toIssuer() {
    try {
      return new JwtIssuer(
          Objects.requireNonNullElse(issuer, ""),
          Objects.requireNonNullElse(audience, ""),
          address(),
          Objects.requireNonNullElse(algorithms, USUAL_ALGORITHMS),
          Duration.ofSeconds(Objects.requireNonNullElse(skewSeconds, USUAL_SKEW)),
          claims());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("jwt." + e.getMessage(), e);
    }
  }

  private URI address() {
    if (keys == null) {
      throw Check.refusal("keys", "none", "the URL or the file of the issuer's keys");
    }
    try {
      return URI.create(keys);
    } catch (IllegalArgumentException e) {
      throw Check.refusal("keys", keys, "a URL or a file");
    }
  }

  private JwtIssuer.Claims claims() {
    Map<String, Set<Role>> roleMap = new HashMap<>();
    Objects.requireNonNullElse(roles, Map.<String, List<Role>>of())
        .forEach((name, ours) -> roleMap.put(name, Set.copyOf(ours)));
    Map<String, Quota> quotaMap = new HashMap<>();
    Objects.requireNonNullElse(quotas, Map.<String, ServerFile.QuotaEntry>of())
        .forEach((name, quota) -> quotaMap.put(name, quota.quota()));
    return new JwtIssuer.Claims(
        Objects.requireNonNullElse(principalClaim, "sub"),
        Objects.requireNonNullElse(rolesClaim, "roles"),
        roleMap,
        Objects.requireNonNullElse(quotaClaim, ""),
        quotaMap);
  }
}
