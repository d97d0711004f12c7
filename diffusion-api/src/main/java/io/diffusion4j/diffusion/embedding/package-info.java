/** Geometry of embeddings: lengths, dot products, and the great circle between two embeddings. */
@NullMarked
package io.diffusion4j.diffusion.embedding;

import org.jspecify.annotations.NullMarked;
