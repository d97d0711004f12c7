/**
 * The settings of a server.
 *
 * <p>{@link io.diffusion4j.serving.config.ServerConfig} is one tree of records, which states the
 * name, the default and the range of each setting once. A program starts from {@link
 * io.diffusion4j.serving.config.ServerConfig#loopback} and changes what differs:
 *
 * <pre>{@code
 * var config =
 *     ServerConfig.loopback()
 *         .withPort(0) // a free port; DiffusionServer.port() returns it
 *         .withRows(32)
 *         .withGrace(Duration.ofMinutes(2))
 *         .withLimits(Limits.defaults().withConnections(500).withRequestCost(2_000));
 * }</pre>
 *
 * <p>or reads a file, of which a {@link io.diffusion4j.serving.file.SettingsTree} overrides single
 * values. A server never starts with an invalid setting: the exception names the setting, its value
 * and the valid range. To add a setting, add a component with its default and check, and a line to
 * {@code docs/serving.md}; a flag of {@code serve} is a row of its {@code ServeFlags}.
 *
 * <p>{@link io.diffusion4j.serving.config.ServerTls} names the PEM files of a server, which are
 * read again when they change. {@link io.diffusion4j.serving.config.AddressRate} limits an address
 * before any token is checked; behind a proxy that is trusted, the address in {@code
 * X-Forwarded-For}.
 *
 * <p>The cost of a request is measured in megapixel steps: images × sampling steps × pixels in
 * millions, summed over all stages. Guidance with a second pass of the network doubles it.
 */
@NullMarked
package io.diffusion4j.serving.config;

import org.jspecify.annotations.NullMarked;
