/**
 * Recipes that train each part of unCLIP on emoji art.
 *
 * <p>Starting point: {@link io.diffusion4j.emoji.train.Recipe}.
 */
@NullMarked
package io.diffusion4j.emoji.train;

import org.jspecify.annotations.NullMarked;
