/**
 * Runs networks on oneDNN, without TensorFlow between: a {@link io.diffusion4j.nn.Network} is
 * compiled once into primitives that fuse what surrounds convolutions and matrix products, on
 * weights that are packed once and on memory that is planned once.
 *
 * <p>Start at {@link io.diffusion4j.onednn.OneDnnEngine}, then {@code Compiler} (layers to steps),
 * {@code Program} (steps on slots of memory) and {@code Team} (the threads).
 */
@NullMarked
package io.diffusion4j.onednn;

import org.jspecify.annotations.NullMarked;
