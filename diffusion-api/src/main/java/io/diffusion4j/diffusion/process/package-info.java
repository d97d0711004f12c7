/**
 * The forward process of Ho et al. 2020, §2, and the meaning of a network's prediction in it. Start
 * with {@link io.diffusion4j.diffusion.process.ForwardProcess}.
 */
@NullMarked
package io.diffusion4j.diffusion.process;

import org.jspecify.annotations.NullMarked;
