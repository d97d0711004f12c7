/**
 * The settings of a server.
 *
 * <p>{@link io.diffusion4j.serving.config.ServerConfig} is one immutable record. Start from {@link
 * io.diffusion4j.serving.config.ServerConfig#loopback}, which listens on this machine only, and
 * change what differs:
 *
 * <pre>{@code
 * var config =
 *     ServerConfig.loopback()
 *         .withPort(0) // a free port; DiffusionServer.port() returns it
 *         .withRows(32)
 *         .withQueueCapacity(200)
 *         .withGrace(Duration.ofMinutes(2))
 *         .withLimits(Limits.usual().withConnections(500).withRequestCost(2_000));
 * }</pre>
 *
 * <p>A record checks its values when it is created, so a server never starts with an invalid
 * setting. The exception names the setting, its value and the valid range.
 *
 * <ul>
 *   <li>{@link io.diffusion4j.serving.config.ServerConfig} has the address, the batch size, the
 *       queue and the timeouts.
 *   <li>{@link io.diffusion4j.serving.config.ServerConfig.Reach} defines who can connect: TLS, host
 *       names and origins. A server without TLS listens on loopback addresses only, unless {@code
 *       insecure} is set.
 *   <li>{@link io.diffusion4j.serving.config.Limits} protects the server from all clients together.
 *       The limits of one principal are a {@link io.diffusion4j.serving.auth.Quota}.
 * </ul>
 *
 * <p>The cost of a request is measured in megapixel steps: images × sampling steps × pixels in
 * millions, summed over all stages. Guidance with a second pass of the network doubles it.
 *
 * <p>Deliberately absent: files, environment variables and command-line options, which the command
 * {@code serve} reads, and changes to a running server. Models, certificates and tokens can be
 * replaced while it runs; the rest needs a restart.
 */
@NullMarked
package io.diffusion4j.serving.config;

import org.jspecify.annotations.NullMarked;
