/**
 * Pictures by similarity: a {@link io.diffusion4j.search.VectorIndex} keeps embeddings on disk, and
 * finds those that point in the direction of another.
 *
 * <pre>{@code
 * try (var index = VectorIndex.open(folder, "clip of my model", 512)) {
 *   index.add(Map.of("cat.png", embedding));
 *   index.nearest(query, 10).forEach(hit -> System.out.println(hit.name() + " " + hit.cosine()));
 * }
 * }</pre>
 *
 * <p>The graph is Lucene's HNSW (Malkov and Yashunin 2018): approximate, and exact where the index
 * is small. What is embedded, and by which model, is the caller's affair.
 */
@NullMarked
package io.diffusion4j.search;

import org.jspecify.annotations.NullMarked;
