/**
 * Authentication of callers, and their permissions and quotas.
 *
 * <pre>{@code
 * String token = HashedTokens.newToken(); // goes to the client, and is stored nowhere
 * var quota = new Quota(60, 600, 4); // images and embeddings a minute, unfinished requests
 * var shop = new Principal("shop", Set.of(Role.GENERATE), Set.of(Principal.EVERY_MODEL), quota);
 * var entry = new HashedTokens.Entry(HashedTokens.hash(token), Instant.MAX, shop);
 * Authenticator authenticator = new HashedTokens(List.of(entry), InstantSource.system());
 *
 * var issuer = JwtIssuer.of("https://login.example", "draw.example",
 *     URI.create("https://login.example/certs"), Map.of("draw-user", Set.of(Role.GENERATE)));
 * Authenticator other = new JwtTokens(issuer, Quota.NONE);
 * }</pre>
 *
 * <p>Clients with an invalid token receive {@code UNAUTHENTICATED}; with an unreachable issuer,
 * {@code UNAVAILABLE}; without the required role, {@code PERMISSION_DENIED}; over their quota,
 * {@code RESOURCE_EXHAUSTED} with the delay before a retry. The names of an issuer's principals
 * have a prefix of their own, so that they never share request ids, jobs or quotas with those of
 * the token file, and unmapped claims grant no rights. The keys of an issuer are fetched with the
 * first token and cached, so a restart of the issuer does not interrupt the service.
 */
@NullMarked
package io.diffusion4j.serving.auth;

import org.jspecify.annotations.NullMarked;
