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
 * <p>Keys may be PKCS #8, or the older forms that OpenSSL writes for RSA and elliptic curves.
 * Encrypted keys are refused, because a password on a command line or in a file protects nothing:
 * restrict the permissions of the file instead.
 */
@NullMarked
package io.diffusion4j.client.tls;

import org.jspecify.annotations.NullMarked;
