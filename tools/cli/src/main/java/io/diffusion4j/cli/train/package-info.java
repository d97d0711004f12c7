/**
 * The commands that make a model: {@code train} and {@code init}, and those that fetch or rewrite
 * its weights, {@code pull}, {@code convert} and {@code export}.
 *
 * <pre>
 *   diffusion4j train all --preset tiny
 *   diffusion4j train all --data pictures --preset my-sizes.yaml --model my-model
 *   diffusion4j init --config small --output random
 *   diffusion4j pull kakaobrain/karlo-v1-alpha
 *   diffusion4j convert model.ckpt --output model
 *   diffusion4j export --onnx exported
 * </pre>
 *
 * <p>The same command resumes an interrupted training from its last state. To add an option of a
 * part, add a technique to its training rather than a flag here: the command accepts it by its
 * name. The exit status distinguishes a failure from a lost process (75), which can be resumed.
 */
@NullMarked
package io.diffusion4j.cli.train;

import org.jspecify.annotations.NullMarked;
