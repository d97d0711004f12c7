/**
 * How a server runs: {@link io.diffusion4j.serving.config.ServerConfig} has its address, limits and
 * timeouts, and who can reach it.
 */
@NullMarked
package io.diffusion4j.serving.config;

import org.jspecify.annotations.NullMarked;
