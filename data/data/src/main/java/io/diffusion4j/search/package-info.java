/**
 * Search by similarity: an index of embeddings on disk.
 *
 * <pre>{@code
 * try (var index = VectorIndex.open(folder, "clip of my model", 512)) {
 *   index.add(Map.of("cat.png", embedding));
 *   index.commit();
 *   index.nearest(query, 10).forEach(hit -> System.out.println(hit.name() + " " + hit.cosine()));
 * }
 * }</pre>
 *
 * <p>The graph is Lucene's HNSW (Malkov and Yashunin 2018): approximate in general, and exact for
 * small indices. Additions are durable after {@code commit}. An index belongs to one model, whose
 * name is given when it is opened; another name is refused.
 *
 * <p>Adding an existing name replaces its embedding, and embeddings may have any length above 0,
 * because only their direction counts. Vectors may have more values than the 1,024 that Lucene
 * allows by default. An index is thread-safe; a folder can be open only once at a time, and changes
 * since the last commit are discarded when it is closed.
 */
@NullMarked
package io.diffusion4j.search;

import org.jspecify.annotations.NullMarked;
