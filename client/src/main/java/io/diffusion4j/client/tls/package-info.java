/**
 * Certificates and keys in PEM files, and how a client encrypts with them.
 *
 * <p>{@link io.diffusion4j.client.tls.ClientTls} is what a {@link io.diffusion4j.client.Connection}
 * needs; {@link io.diffusion4j.client.tls.CertificateFiles} names a certificate and its key, for
 * clients and for servers.
 */
@NullMarked
package io.diffusion4j.client.tls;

import org.jspecify.annotations.NullMarked;
