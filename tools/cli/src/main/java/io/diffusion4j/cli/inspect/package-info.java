/**
 * The commands that examine: {@code inspect} lists a model folder or a file of weights, {@code
 * doctor} finds the reason why something does not work, and {@code data} surveys pictures.
 *
 * <pre>
 *   diffusion4j inspect emoji/model
 *   diffusion4j doctor --model training/emoji/model
 *   diffusion4j doctor --state training/emoji/state
 *   diffusion4j doctor --machine --require-gpu
 *   diffusion4j data pictures --sheet seen.png
 * </pre>
 *
 * <p>Nothing is repaired. The exit status is 1 if something is wrong, so they suit scripts.
 */
@NullMarked
package io.diffusion4j.cli.inspect;

import org.jspecify.annotations.NullMarked;
