package io.diffusion4j.serving.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/**
 * The token of an {@code authorization} header: a bearer token (RFC 6750, §2.1), or the password of
 * basic authentication (RFC 7617) for clients that cannot send bearer tokens. The user name of
 * basic authentication is ignored.
 */
public final class BearerToken {
  private static final String SCHEME = "Bearer ";
  private static final String PASSWORD_SCHEME = "Basic ";

  private BearerToken() {}

  /**
   * Extracts the token of a header.
   *
   * @param authorization the value of the header; empty if the request has no such header
   * @return the token; empty if the header contains none
   */
  public static String of(String authorization) {
    if (hasScheme(authorization, SCHEME)) {
      return authorization.substring(SCHEME.length()).strip();
    }
    return hasScheme(authorization, PASSWORD_SCHEME)
        ? password(authorization.substring(PASSWORD_SCHEME.length()).strip())
        : "";
  }

  private static boolean hasScheme(String authorization, String scheme) {
    return authorization.regionMatches(true, 0, scheme, 0, scheme.length());
  }

  private static String password(String credentials) {
    byte[] decoded;
    try {
      decoded = Base64.getDecoder().decode(credentials);
    } catch (IllegalArgumentException e) {
      return "";
    }
    String userAndPassword = new String(decoded, UTF_8);
    int colon = userAndPassword.indexOf(':');
    return colon < 0 ? "" : userAndPassword.substring(colon + 1);
  }
}
