/**
 * How a server encrypts: its certificate, renewed while it runs, and the clients it accepts.
 *
 * <p>Starting points: {@link io.diffusion4j.serving.tls.ServerTls}, {@link
 * io.diffusion4j.client.tls.ClientTls}.
 */
@NullMarked
package io.diffusion4j.serving.tls;

import org.jspecify.annotations.NullMarked;
