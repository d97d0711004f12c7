/**
 * TLS of a server, with certificates that can be renewed while it runs.
 *
 * <p>{@link io.diffusion4j.serving.tls.ServerTls} names the PEM files of a server: its certificate
 * chain, its private key and, for mutual TLS, the authorities of its clients.
 *
 * <pre>{@code
 * var own = new CertificateFiles(Path.of("server.pem"), Path.of("server.key"));
 * var tls = new ServerTls(own, Optional.of(Path.of("clients.pem"))); // mutual TLS
 * var config =
 *     ServerConfig.loopback()
 *         .withHost("0.0.0.0")
 *         .withTls(tls)
 *         .withHosts(Set.of("draw.example"));
 * }</pre>
 *
 * <p>The files are read when the server starts, and again when they change. The server checks them
 * at most once a second, when a client connects; connections that are already open keep their
 * certificate. If the new files are incomplete or do not match, for example because only one of
 * them has been replaced so far, the server logs an error and keeps the previous certificate.
 *
 * <p>The server logs a warning when it reads a certificate that expires within 14 days. The metric
 * {@code diffusion4j.certificate.days} reports the remaining days at any time.
 *
 * <p>With authorities for clients, a client without a certificate of theirs cannot connect. Such a
 * certificate does not identify a principal: roles and quotas still depend on the token, see {@link
 * io.diffusion4j.serving.auth.Authenticator}.
 *
 * <p>Deliberately absent: requesting certificates from an authority, which other tools do well,
 * revocation lists, and key stores in formats other than PEM.
 */
@NullMarked
package io.diffusion4j.serving.tls;

import org.jspecify.annotations.NullMarked;
