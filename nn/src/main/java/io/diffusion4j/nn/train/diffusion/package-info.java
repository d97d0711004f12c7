/** What a denoiser is trained to do: batches of noised samples, and the losses of its answers. */
@NullMarked
package io.diffusion4j.nn.train.diffusion;

import org.jspecify.annotations.NullMarked;
