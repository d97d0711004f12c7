/**
 * TLS of a client: trusted authorities, and the client's own certificate, from PEM files.
 *
 * <pre>{@code
 * var tls =
 *     ClientTls.USUAL
 *         .withTrusted(Path.of("ca.pem"))
 *         .withOwn(new CertificateFiles(Path.of("client.pem"), Path.of("client.key")));
 * var client = GenerationClient.connect("host:50051", Connection.PLAINTEXT.withTls(tls));
 * }</pre>
 *
 * <p>Keys may be PKCS #8, or the older forms of OpenSSL for RSA and elliptic curves. Encrypted keys
 * are refused.
 */
@NullMarked
package io.diffusion4j.client.tls;

import org.jspecify.annotations.NullMarked;
