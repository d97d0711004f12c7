/**
 * The composition of a server of the contract {@code diffusion4j.v1}: each request passes {@code
 * http}, {@code grpc}, {@code request}, {@code jobs} and {@code model}, of which each uses only
 * what comes after it.
 */
@NullMarked
package io.diffusion4j.serving;

import org.jspecify.annotations.NullMarked;
