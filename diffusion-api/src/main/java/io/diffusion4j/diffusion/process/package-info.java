/**
 * The forward process of Ho et al. 2020, §2, from {@link
 * io.diffusion4j.diffusion.process.ForwardProcess} on, and what a network's answer means in it.
 */
@NullMarked
package io.diffusion4j.diffusion.process;

import org.jspecify.annotations.NullMarked;
