/**
 * Tells a wrong configuration from an untrained model: what to ask when a model draws only noise.
 *
 * <p>Starting points: {@link io.diffusion4j.unclip.doctor.Doctor}, the examination as a whole;
 * {@link io.diffusion4j.unclip.doctor.DenoisingCheck}, what is asked of each network.
 */
@NullMarked
package io.diffusion4j.unclip.doctor;

import org.jspecify.annotations.NullMarked;
