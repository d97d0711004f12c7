/**
 * The commands that measure a model: {@code evaluate}, {@code nll}, {@code likelihood} and {@code
 * measure}.
 *
 * <pre>
 *   diffusion4j evaluate --json quality.json --report quality
 *   diffusion4j evaluate --vary decoder-guidance=1,2,3,4 --plot guidance.svg
 *   diffusion4j nll --count 8 --steps 100 --json nll.json
 *   diffusion4j likelihood --model my-ddpm --images pictures
 * </pre>
 *
 * <p>The i-th prompt is always drawn from the same noise, so two runs with one seed differ only in
 * the varied option. The metrics are in {@code io.diffusion4j.evaluation}, the bounds in {@code
 * io.diffusion4j.diffusion.loss}.
 */
@NullMarked
package io.diffusion4j.cli.evaluate;

import org.jspecify.annotations.NullMarked;
