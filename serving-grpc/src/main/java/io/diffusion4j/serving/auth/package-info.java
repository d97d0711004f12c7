/**
 * Who may use a server, and how much.
 *
 * <p>Starting points: {@link io.diffusion4j.serving.auth.Authenticator}, which an application
 * binds; {@link io.diffusion4j.serving.auth.HashedTokens}, which knows tokens from a list.
 */
@NullMarked
package io.diffusion4j.serving.auth;

import org.jspecify.annotations.NullMarked;
