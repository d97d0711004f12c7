/**
 * The doctor: finds out why a model draws only noise.
 *
 * <p>A wrong setting and an untrained network look alike in the images. {@link
 * io.diffusion4j.unclip.doctor.Doctor} evaluates each part of a pipeline folder on real pictures
 * and returns a {@link io.diffusion4j.pipeline.Diagnosis} of each. CLIP is examined by retrieval,
 * the prior and the networks of pixels by denoising, beside two predictions that need no network.
 * The doctor changes nothing and measures no image quality: that is in {@code
 * io.diffusion4j.evaluation}.
 */
@NullMarked
package io.diffusion4j.unclip.doctor;

import org.jspecify.annotations.NullMarked;
