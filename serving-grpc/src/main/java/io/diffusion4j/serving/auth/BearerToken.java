package io.diffusion4j.serving.auth;

/** Tokens in an {@code authorization} header (RFC 6750, §2.1). */
public final class BearerToken {
  private static final String SCHEME = "Bearer ";

  private BearerToken() {}

  /**
   * The token of a header.
   *
   * @param authorization the value of the header; empty if there is none
   * @return empty if it carries no bearer token
   */
  public static String of(String authorization) {
    return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? authorization.substring(SCHEME.length()).strip()
        : "";
  }
}
