/**
 * Every error that a client can receive.
 *
 * <p>{@link io.diffusion4j.serving.errors.Errors} has one factory method per error. Each error has
 * a gRPC status code, a message for people, and a {@code google.rpc.ErrorInfo} with a reason for
 * programs, such as {@code QUEUE_FULL}. Errors that pass by themselves also have a {@code
 * google.rpc.RetryInfo} with the delay before a retry. Over HTTP, {@link
 * io.diffusion4j.serving.http.HttpFault} renders the same error as JSON.
 *
 * <p>{@link io.diffusion4j.serving.errors.Violations} collects the invalid fields of a request, so
 * that a client learns of all of them at once:
 *
 * <pre>{@code
 * var violations = new Violations();
 * violations.addUnlessOneOf("sampler", sampler, List.of("ddim", "ddpm"));
 * if (steps < 1) {
 *   violations.add("steps", steps, "≥ 1");
 * }
 * violations.throwIfAny(); // INVALID_ARGUMENT, with a google.rpc.BadRequest
 * }</pre>
 *
 * <p>A message has the form {@code name: value (expected: …)}. Text of a client must pass through
 * {@link io.diffusion4j.serving.errors.Errors#quote}, which shortens it and replaces control
 * characters.
 *
 * <p>An unexpected exception becomes {@code INTERNAL} with a correlation ID. Its message and stack
 * trace are written to the log under the same ID, and are not sent to the client. Only the message
 * of a failed plugin is, because it helps the plugin's author.
 *
 * <p>Deliberately absent: an exception class per error. Clients distinguish errors by code and
 * reason.
 */
@NullMarked
package io.diffusion4j.serving.errors;

import org.jspecify.annotations.NullMarked;
