/**
 * The HTTP API of AUTOMATIC1111's web UI, for clients that were written for it.
 *
 * <p>{@link io.diffusion4j.a1111.A1111Module} adds the routes under {@code /sdapi/v1/} to a server:
 *
 * <pre>{@code
 * Injector injector =
 *     Guice.createInjector(serving, new A1111Module()); // beside a ServingModule
 * }</pre>
 *
 * <pre>
 *   curl localhost:50051/sdapi/v1/txt2img -H 'Content-Type: application/json' \
 *       -d '{"prompt": "a red apple", "seed": 7, "batch_size": 2, "steps": 20}'
 * </pre>
 *
 * <p>As in the web UI, unknown fields are ignored. Fields that are known and would change the
 * images, but are not supported, are refused unless they have the value without an effect.
 */
@NullMarked
package io.diffusion4j.a1111;

import org.jspecify.annotations.NullMarked;
