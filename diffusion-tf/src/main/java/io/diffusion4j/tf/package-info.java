/**
 * The engine that runs networks on TensorFlow. It has every layer and runs on every machine, so
 * that networks which faster engines refuse are left to it.
 *
 * <p>{@link io.diffusion4j.tf.TensorFlowEngine} is found by itself when this module is on the class
 * path; nothing names it. {@code io.diffusion4j.tf.graph} spells layers in TensorFlow's operations,
 * {@code io.diffusion4j.tf.train} trains with them.
 */
@NullMarked
package io.diffusion4j.tf;

import org.jspecify.annotations.NullMarked;
