/**
 * The HTTP API of Ollama's image models, for clients that were written for it.
 *
 * <p>{@link io.diffusion4j.ollama.OllamaModule} adds {@code /api/generate}, {@code /api/embed},
 * {@code /api/tags}, {@code /api/show}, {@code /api/ps} and {@code /api/version} to a server:
 *
 * <pre>{@code
 * Injector injector =
 *     Guice.createInjector(serving, new OllamaModule()); // beside a ServingModule
 * }</pre>
 *
 * <pre>
 *   curl localhost:50051/api/generate -d '{"model": "emoji", "prompt": "a red apple"}'
 * </pre>
 *
 * <p>A request is translated to one of {@code diffusion4j.v1} and passes the same checks, queue and
 * quotas. As in Ollama, a model answers to its name with and without {@code :latest}, and a
 * response is a stream of lines unless {@code stream} is false. The options of language models have
 * no effect; other unknown options are errors.
 *
 * <p>The web page has requests of its own at {@code /api/generate}: the bodies distinguish them.
 */
@NullMarked
package io.diffusion4j.ollama;

import org.jspecify.annotations.NullMarked;
