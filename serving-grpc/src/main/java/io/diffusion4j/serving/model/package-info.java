/**
 * The models of a server, and the image indices that it can search.
 *
 * <p>{@link io.diffusion4j.serving.model.Models} finds a pipeline by its name. The first pipeline
 * is the default, and serves requests that name no model. The whole set can be replaced while the
 * server runs:
 *
 * <pre>{@code
 * var models = new Models(Set.of(current));
 * ImagePipeline byDefault = models.named("").orElseThrow(); // current
 * models.replace(List.of(next, current)); // next is the default from now on
 * List<String> names = models.names(); // in alphabetical order
 * }</pre>
 *
 * <p>Use {@link io.diffusion4j.serving.DiffusionServer#replaceModels} on a running server; it also
 * updates the health of the services. Requests that were accepted before a replacement keep their
 * pipeline. {@link io.diffusion4j.serving.DiffusionServer#awaitUnused} waits until the last of them
 * has ended, after which the pipeline can be closed.
 *
 * <p>An {@link io.diffusion4j.serving.model.ImageIndex} holds the embeddings of a collection of
 * images, computed by one model. {@link io.diffusion4j.serving.model.ImageIndices} finds an index
 * by model and name. Models and indices are bound in the sets that {@link
 * io.diffusion4j.serving.ServingModule} declares.
 *
 * <p>Neither class closes its pipelines or indices. The code that opened them closes them, after
 * the server.
 *
 * <p>Deliberately absent: loading models on demand and eviction of unused ones. The set of models
 * is an operator's decision, because each of them takes memory.
 */
@NullMarked
package io.diffusion4j.serving.model;

import org.jspecify.annotations.NullMarked;
