/**
 * Search by similarity: an index of embeddings on disk.
 *
 * <p>{@link io.diffusion4j.search.VectorIndex} stores named embeddings and returns those whose
 * direction is nearest to that of a query.
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
 * <p>The package does not compute embeddings: see {@code io.diffusion4j.clip.embed}.
 */
@NullMarked
package io.diffusion4j.search;

import org.jspecify.annotations.NullMarked;
