/**
 * Certificates and keys in PEM files, for servers and clients.
 *
 * <p>Starting points: {@link io.diffusion4j.serving.tls.ServerTls}, {@link
 * io.diffusion4j.serving.tls.ClientTls}.
 */
@NullMarked
package io.diffusion4j.serving.tls;

import org.jspecify.annotations.NullMarked;
