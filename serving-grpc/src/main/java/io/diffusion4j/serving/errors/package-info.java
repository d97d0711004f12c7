/**
 * Every error that a client can receive: {@link io.diffusion4j.serving.errors.Errors} lists them
 * with code, text and delay before a retry. Clients distinguish errors by code and reason, so there
 * is no exception class for each. {@link io.diffusion4j.serving.errors.Violations} collects the
 * invalid fields of a request, and reports them at once:
 *
 * <pre>{@code
 * var violations = new Violations();
 * violations.addUnlessOneOf("sampler", sampler, List.of("ddim", "ddpm"));
 * if (steps < 1) {
 *   violations.add("steps", steps, "≥ 1");
 * }
 * violations.throwIfAny(); // INVALID_ARGUMENT, with a google.rpc.BadRequest
 * }</pre>
 */
@NullMarked
package io.diffusion4j.serving.errors;

import org.jspecify.annotations.NullMarked;
