/**
 * Authentication of callers, and their permissions and quotas.
 *
 * <p>An {@link io.diffusion4j.serving.auth.Authenticator} maps the token of a call to a {@link
 * io.diffusion4j.serving.auth.Principal}. The principal has {@link io.diffusion4j.serving.auth.Role
 * roles}, a set of permitted models and a {@link io.diffusion4j.serving.auth.Quota}. Without an
 * authenticator, every caller is the same principal, which may do everything except operate the
 * server.
 *
 * <p>{@link io.diffusion4j.serving.auth.HashedTokens} accepts a fixed list of random tokens and
 * stores only their hashes:
 *
 * <pre>{@code
 * String token = HashedTokens.newToken(); // goes to the client, and is stored nowhere
 * var quota = new Quota(60, 600, 4); // images and embeddings a minute, unfinished requests
 * var shop = new Principal("shop", Set.of(Role.GENERATE), Set.of(Principal.EVERY_MODEL), quota);
 * var entry = new HashedTokens.Entry(HashedTokens.hash(token), Instant.MAX, shop);
 * Authenticator authenticator = new HashedTokens(List.of(entry), InstantSource.system());
 * Principal caller = authenticator.authenticate(token); // shop
 * }</pre>
 *
 * <p>{@link io.diffusion4j.serving.ServingModule} shows how to bind an authenticator. {@link
 * io.diffusion4j.serving.auth.JwtTokens} is the other implementation; it verifies the tokens of an
 * identity provider. Both receive the token that {@link io.diffusion4j.serving.auth.BearerToken}
 * extracts from the {@code authorization} header.
 *
 * <p>An authenticator reports an invalid token with {@link
 * io.diffusion4j.serving.auth.UnauthenticatedException}, and an unreachable identity provider with
 * {@link io.diffusion4j.serving.auth.UnavailableAuthenticatorException}. Clients receive {@code
 * UNAUTHENTICATED} or {@code UNAVAILABLE}. A principal without the required role receives {@code
 * PERMISSION_DENIED}, and a principal over its quota {@code RESOURCE_EXHAUSTED} with the delay
 * before a retry.
 *
 * <p>Deliberately absent: user accounts, logins and sessions, which belong to an identity provider,
 * and quotas shared by several servers.
 */
@NullMarked
package io.diffusion4j.serving.auth;

import org.jspecify.annotations.NullMarked;
