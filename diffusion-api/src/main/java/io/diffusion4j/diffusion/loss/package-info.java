/**
 * What training minimises and evaluation reports, in plain Java that training graphs are held to,
 * from {@link io.diffusion4j.diffusion.loss.TrainingLoss} on.
 */
@NullMarked
package io.diffusion4j.diffusion.loss;

import org.jspecify.annotations.NullMarked;
