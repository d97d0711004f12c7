/**
 * TLS of a client: trusted authorities, and the client's own certificate, from PEM files.
 *
 * <pre>{@code
 * var tls =
 *     ClientTls.DEFAULT
 *         .withTrusted(Path.of("ca.pem"))
 *         .withOwn(new CertificateFiles(Path.of("client.pem"), Path.of("client.key")));
 * var client = GenerationClient.connect("host:50051", Connection.PLAINTEXT.withTls(tls));
 * }</pre>
 *
 * <p>{@link io.diffusion4j.client.tls.ClientTls} contains the settings of a connection. {@code
 * ClientTls.DEFAULT} trusts the authorities of the Java runtime, as browsers do. {@code
 * withTrusted} replaces them by those of a file: use it for a server with a private authority.
 * {@code withOwn} adds the certificate by which the server identifies this client (mutual TLS).
 *
 * <p>{@link io.diffusion4j.client.tls.CertificateFiles} is a certificate chain with its private
 * key. Servers use the same type for their own identity. The files are read once, when a client is
 * created, so renewed files need a new client. A key that does not belong to its certificate is an
 * error that quotes both paths.
 *
 * <p>Keys may be PKCS #8, or the older forms that OpenSSL writes for RSA and elliptic curves.
 * Encrypted keys are refused, because a password on a command line or in a file protects nothing:
 * restrict the permissions of the file instead.
 *
 * <p>Java key stores (JKS, PKCS #12) are not supported, nor is an option that skips verification.
 * Tokens, which identify a caller without a certificate, belong to {@link
 * io.diffusion4j.client.Connection}.
 */
@NullMarked
package io.diffusion4j.client.tls;

import org.jspecify.annotations.NullMarked;
