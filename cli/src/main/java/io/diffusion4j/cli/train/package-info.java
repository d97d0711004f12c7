/**
 * The commands that make a model: {@code init} writes untrained weights, {@code train} trains its
 * parts.
 */
@NullMarked
package io.diffusion4j.cli.train;

import org.jspecify.annotations.NullMarked;
