/**
 * The measurements of a training over its steps.
 *
 * <p>{@link io.diffusion4j.training.events.EventWriter} writes them as event files, which
 * TensorBoard shows, and {@link io.diffusion4j.training.events.EventReader} reads the numbers back.
 * {@link io.diffusion4j.training.events.TrainingHealth} lists the problems that they indicate.
 */
@NullMarked
package io.diffusion4j.training.events;

import org.jspecify.annotations.NullMarked;
