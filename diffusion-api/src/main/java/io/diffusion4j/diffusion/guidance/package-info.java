/**
 * Guidance, which controls how strongly a sample follows its condition.
 *
 * <p>Classifier-free guidance calls the network with and without the condition and extrapolates, u
 * + s·(c − u), with the scale s = 1 + w of Ho &amp; Salimans (2022, eq. 6): 0 ignores the
 * condition, 1 is the plain conditional network, and above 1 samples fit better and vary less.
 * Guidance by a gradient adds s·∇ log p(y | x_t) of a second model, a classifier (Dhariwal &amp;
 * Nichol 2021) or a CLIP (Nichol et al. 2021), which must be trained on noised samples.
 *
 * <pre>{@code
 * GuidanceScale scale =
 *     GuidanceInterval.ofSigma(GuidanceScale.constant(3), schedule, 0.28, 2.9);
 * var guided = new GuidedDenoiser<>(network);
 * var query = new Query<>(xt, 500, new Guidance<>(caption, empty, scale));
 * Prediction prediction = guided.predict(List.of(query)).get(0);
 * }</pre>
 *
 * <p>A guided denoiser is a denoiser, so every sampler works with it. The scale is part of the
 * condition: queries of one batch may have different scales.
 */
@NullMarked
package io.diffusion4j.diffusion.guidance;

import org.jspecify.annotations.NullMarked;
