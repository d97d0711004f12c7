package io.diffusion4j.serving.auth;

/**
 * Tells who calls from the token that the call carries.
 *
 * <p>Asked at the start of each call, by several threads at once.
 */
@FunctionalInterface
public interface Authenticator {
  /** Asks for nothing: whoever reaches the server is {@link Principal#ANYBODY}. */
  Authenticator NONE = token -> Principal.ANYBODY;

  /**
   * Who this is.
   *
   * @param token what follows {@code Bearer} in the call's {@code authorization}; empty if it
   *     carries none
   * @throws UnauthenticatedException if that is nobody who may call
   */
  Principal authenticate(String token);
}
