/**
 * Classifiers of noised images (Dhariwal &amp; Nichol 2021, §4): guided-diffusion's {@code
 * EncoderUNetModel}, and the gradient by which it guides.
 *
 * <pre>{@code
 * try (var classifier = ClassifierModel.load(folder, Compute.of(Precision.FLOAT32))) {
 *   var guided = GradientGuidedDenoiser.byStep(denoiser, classifier);
 *   // each condition is a GradientGuidance<>(told, label, scale)
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.decoder.classifier.ClassifierConfig} is the shape, {@link
 * io.diffusion4j.decoder.classifier.ClassifierNetwork} the network, {@link
 * io.diffusion4j.decoder.classifier.ClassifierFolders} the files. {@link
 * io.diffusion4j.decoder.classifier.ClassifierModel} is loaded and evaluated; {@link
 * io.diffusion4j.decoder.classifier.ClassifierObjective} is trained. How a gradient enters a step
 * is not here but in {@link io.diffusion4j.diffusion.guidance.GradientGuidedDenoiser}.
 */
@NullMarked
package io.diffusion4j.decoder.classifier;

import org.jspecify.annotations.NullMarked;
