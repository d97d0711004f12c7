/**
 * The losses that training minimises and evaluation reports, in plain Java. Training graphs are
 * tested against them. Start with {@link io.diffusion4j.diffusion.loss.TrainingLoss}.
 */
@NullMarked
package io.diffusion4j.diffusion.loss;

import org.jspecify.annotations.NullMarked;
