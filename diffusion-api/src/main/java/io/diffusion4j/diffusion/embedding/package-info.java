/**
 * Geometry of embeddings: lengths, dot products, cosines, and the great circle between two
 * embeddings.
 *
 * <p>CLIP is trained on the cosine of a text's and an image's embedding, so the content of an
 * embedding is its direction. The straight line between two embeddings passes through shorter
 * vectors and turns at a changing rate. The great circle keeps the length and turns evenly
 * (Shoemake 1985):
 *
 * <p>slerp(a, b, r) = (sin((1−r)·ω)·a + sin(r·ω)·b)/sin ω, where ω is the angle between a and b.
 *
 * <pre>{@code
 * double similarity = Vectors.cosine(first, second); // 1 for the same direction
 * List<float[]> path = new ArrayList<>();
 * for (int i = 0; i <= 4; i++) {
 *   path.add(Slerp.between(first, second, i / 4.0)); // at equal angles
 * }
 * }</pre>
 */
@NullMarked
package io.diffusion4j.diffusion.embedding;

import org.jspecify.annotations.NullMarked;
