/**
 * Authentication by the JSON Web Tokens of an issuer, such as an OpenID Connect provider, in place
 * of a token file.
 *
 * <pre>{@code
 * var claims = new JwtIssuer.Claims("sub", "realm_access.roles",
 *     Map.of("draw-user", Set.of(Role.GENERATE)), "", Map.of());
 * var issuer = JwtIssuer.usual("https://login.example/realms/draw", "diffusion4j",
 *     URI.create("https://login.example/realms/draw/protocol/openid-connect/certs"), claims);
 * Authenticator authenticator = new JwtTokens(issuer, Quota.NONE);
 * }</pre>
 *
 * <p>How the types fit:
 *
 * <ul>
 *   <li>{@link io.diffusion4j.serving.jwt.JwtIssuer} holds the settings. It rejects algorithms with
 *       shared secrets, and key URLs that send the keys over a network in plaintext.
 *   <li>{@link io.diffusion4j.serving.jwt.JwtTokens} verifies the signature, issuer, audience and
 *       times of a token.
 *   <li>{@link io.diffusion4j.serving.jwt.ClaimReader} maps the verified claims to a principal.
 * </ul>
 *
 * <p>Unmapped claims grant no rights: a token without a mapped role can only list the models.
 *
 * <p>The names of the issuer's principals have a prefix of their own. Principals of an issuer and
 * principals of the token file therefore never share request ids, jobs or quotas.
 *
 * <p>A server fetches the keys when the first token arrives and then caches them, so a restart of
 * the issuer does not interrupt the service. A caller whose token cannot be verified because the
 * keys are unreachable gets {@code UNAVAILABLE}, not {@code UNAUTHENTICATED}.
 *
 * <p>Deliberately absent: logins, sessions and refresh tokens, which belong to the client;
 * introspection of opaque tokens; and encrypted tokens.
 */
@NullMarked
package io.diffusion4j.serving.jwt;

import org.jspecify.annotations.NullMarked;
