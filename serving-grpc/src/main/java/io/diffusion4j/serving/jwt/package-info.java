/**
 * JSON Web Tokens of an issuer, such as one of OpenID Connect, in place of tokens that a server
 * keeps a list of.
 *
 * <pre>{@code
 * var claims = new JwtIssuer.Claims("sub", "realm_access.roles",
 *     Map.of("draw-user", Set.of(Role.GENERATE)), "", Map.of());
 * var issuer = JwtIssuer.usual("https://login.example/realms/draw", "diffusion4j",
 *     URI.create("https://login.example/realms/draw/protocol/openid-connect/certs"), claims);
 * Authenticator authenticator = new JwtTokens(issuer, Quota.NONE);
 * }</pre>
 *
 * <p>{@link io.diffusion4j.serving.jwt.JwtIssuer} has the settings, and refuses algorithms whose
 * keys are secret, and keys that come over a network in plaintext. {@link
 * io.diffusion4j.serving.jwt.JwtTokens} verifies a token: signature, issuer, audience and times.
 * {@link io.diffusion4j.serving.jwt.ClaimReader} makes a principal of its claims. What the settings
 * do not map gives no right: a token without a mapped role may do nothing but list the models.
 *
 * <p>Principals of an issuer have names of their own, so that they share neither requests nor jobs
 * with those of the token file.
 *
 * <p>Deliberately absent: logins, sessions and refresh tokens, which are the client's;
 * introspection of opaque tokens; and encrypted tokens.
 */
@NullMarked
package io.diffusion4j.serving.jwt;

import org.jspecify.annotations.NullMarked;
