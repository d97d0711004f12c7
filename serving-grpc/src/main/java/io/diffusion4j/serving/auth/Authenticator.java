package io.diffusion4j.serving.auth;

/**
 * Identifies the caller by the token of a call.
 *
 * <p>Implementations are called at the start of each call, by several threads at once, and may
 * block. To replace {@link #NONE}, bind one as {@link io.diffusion4j.serving.ServingModule} shows.
 */
@FunctionalInterface
public interface Authenticator {
  /** Accepts every caller as {@link Principal#ANYBODY}. */
  Authenticator NONE = token -> Principal.ANYBODY;

  /**
   * Returns the principal that a token belongs to.
   *
   * @param token the token in the {@code authorization} header of the call, as {@link
   *     BearerToken#of} extracts it; empty if the call has no token
   * @throws UnauthenticatedException if the token is missing, unknown or expired
   * @throws UnavailableAuthenticatorException if the token cannot be checked at the moment
   */
  Principal authenticate(String token);
}
