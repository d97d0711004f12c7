/**
 * The HTTP API of DALL-E 2, for clients that were written for OpenAI.
 *
 * <p>{@link io.diffusion4j.openai.OpenAiModule} adds the routes {@code /v1/images/generations},
 * {@code /v1/images/edits}, {@code /v1/images/variations} and {@code /v1/models} to a server:
 *
 * <pre>{@code
 * Injector injector =
 *     Guice.createInjector(serving, new OpenAiModule()); // a module that installs ServingModule
 * }</pre>
 *
 * <pre>
 *   curl localhost:50051/v1/images/generations -H 'Content-Type: application/json' \
 *       -d '{"prompt": "a red apple", "n": 2, "response_format": "b64_json"}'
 * </pre>
 *
 * <p>A request is translated to one of {@code diffusion4j.v1} and passes the same checks, queue and
 * quotas. With {@code stream}, images and previews arrive as server-sent events. Errors have
 * OpenAI's form. Parameters without a counterpart here, such as {@code quality}, have no effect;
 * unknown parameters are errors.
 *
 * <p>Clients need no change except their base URL. Masks have OpenAI's meaning, in which
 * transparent pixels are redrawn.
 *
 * <p>The server keeps no files: with {@code response_format} {@code url}, the URL contains the
 * image itself.
 */
@NullMarked
package io.diffusion4j.openai;

import org.jspecify.annotations.NullMarked;
