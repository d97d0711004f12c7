/**
 * Tells a wrong configuration from an untrained model when a model draws only noise: {@link
 * io.diffusion4j.unclip.doctor.Doctor}.
 */
@NullMarked
package io.diffusion4j.unclip.doctor;

import org.jspecify.annotations.NullMarked;
