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
 * <p>The trainings are in {@link io.diffusion4j.training.ModelTraining}; the options are groups by
 * subject. In a group of processes, only the first has output; the others are {@code Follower}s.
 * Torch files are parsed, never executed; a published layout is read in the module of its family.
 */
@NullMarked
package io.diffusion4j.cli.train;

import org.jspecify.annotations.NullMarked;
