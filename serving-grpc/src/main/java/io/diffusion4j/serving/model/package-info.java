/**
 * The models of a server by name, and the image indices that it can search. The first model is the
 * default. The whole set can be replaced while the server runs; requests that were accepted before
 * keep their pipeline:
 *
 * <pre>{@code
 * var models = new Models(Set.of(current));
 * ImagePipeline byDefault = models.named("").orElseThrow(); // current
 * models.replace(List.of(next, current)); // next is the default from now on
 * List<String> names = models.names(); // in alphabetical order
 * }</pre>
 *
 * <p>Neither models nor indices are closed here: the code that opened them does so after the
 * server. Deliberately absent: loading models on demand, as each of them takes memory.
 */
@NullMarked
package io.diffusion4j.serving.model;

import org.jspecify.annotations.NullMarked;
