package io.diffusion4j.serving.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Splitter;
import com.google.common.hash.Hashing;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mapping from the verified claims of a token to a principal.
 *
 * <p>The names of its principals begin with {@value #PREFIX}, so that no issuer can impersonate a
 * principal of the token file.
 */
final class ClaimReader {
  static final String PREFIX = "jwt.";

  private static final String SIMPLE = "[A-Za-z0-9._@-]{1,60}";
  private static final String HASHED = "sha256.";
  private static final int HASH_LENGTH = 40;

  private final JwtIssuer issuer;
  private final Quota defaults;

  ClaimReader(JwtIssuer issuer, Quota defaults) {
    this.issuer = issuer;
    this.defaults = defaults;
  }

  /**
   * Returns the principal of verified claims.
   *
   * @param set the claims as the issuer wrote them, without the conversions of a lenient parser
   */
  Principal principal(Map<String, Object> set) {
    return new Principal(
        name(value(set, issuer.principalClaim())),
        roles(value(set, issuer.rolesClaim())),
        Set.of(Principal.EVERY_MODEL),
        quota(set));
  }

  /** Returns the name of the principal; a name with other characters is replaced by its hash. */
  private String name(@Nullable Object claim) {
    if (!(claim instanceof String name) || name.isBlank()) {
      throw refusal(issuer.principalClaim(), "the name of the principal");
    }
    return PREFIX + (name.matches(SIMPLE) && !name.startsWith(HASHED) ? name : hashed(name));
  }

  private static String hashed(String name) {
    return HASHED + Hashing.sha256().hashString(name, UTF_8).toString().substring(0, HASH_LENGTH);
  }

  private Set<Role> roles(@Nullable Object claim) {
    Collection<?> theirs =
        claim instanceof Collection<?> several
            ? several
            : claim instanceof String one
                ? Splitter.on(' ').omitEmptyStrings().splitToList(one)
                : List.of();
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (Object role : theirs) {
      roles.addAll(issuer.roles().getOrDefault(String.valueOf(role), Set.of()));
    }
    return roles;
  }

  private Quota quota(Map<String, Object> set) {
    if (issuer.quotaClaim().isEmpty()) {
      return defaults;
    }
    Object claim = value(set, issuer.quotaClaim());
    if (claim == null) {
      return defaults;
    }
    Quota quota = issuer.quotas().get(String.valueOf(claim));
    if (quota == null) {
      throw refusal(issuer.quotaClaim(), "one of the quota classes in the settings");
    }
    return quota;
  }

  private static @Nullable Object value(Map<String, Object> claims, String path) {
    Object value = claims.get(path); // a claim's name may contain dots, for example a URL
    if (value != null) {
      return value;
    }
    Object at = claims;
    for (String name : Splitter.on('.').split(path)) {
      at = at instanceof Map<?, ?> object ? object.get(name) : null;
    }
    return at;
  }

  private static UnauthenticatedException refusal(String claim, String expected) {
    return new UnauthenticatedException(
        "TOKEN_INVALID", "authorization: the claim " + claim + " (expected: " + expected + ")");
  }
}
