/**
 * Geometry of embeddings: lengths, dot products, and the great circle between two of them.
 *
 * <p>{@link io.diffusion4j.diffusion.embedding.Vectors} measures, {@link
 * io.diffusion4j.diffusion.embedding.Slerp} interpolates.
 */
@NullMarked
package io.diffusion4j.diffusion.embedding;

import org.jspecify.annotations.NullMarked;
