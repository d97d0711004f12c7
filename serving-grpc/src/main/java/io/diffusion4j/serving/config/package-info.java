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
 * <p>or reads a file, of which a {@link io.diffusion4j.serving.config.SettingsTree} overrides
 * single values. A server never starts with an invalid setting: the exception names the setting,
 * its value and the valid range.
 */
@NullMarked
package io.diffusion4j.serving.config;

import org.jspecify.annotations.NullMarked;
