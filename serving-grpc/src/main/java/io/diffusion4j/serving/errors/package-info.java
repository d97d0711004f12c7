/**
 * Every error a client can receive.
 *
 * <p>{@link io.diffusion4j.serving.errors.Errors} builds them, each with a reason for programs
 * ({@code google.rpc.ErrorInfo}) and the details that help to correct the request. {@link
 * io.diffusion4j.serving.errors.Violations} collects all invalid fields of a request, so that one
 * response reports them together.
 */
@NullMarked
package io.diffusion4j.serving.errors;

import org.jspecify.annotations.NullMarked;
