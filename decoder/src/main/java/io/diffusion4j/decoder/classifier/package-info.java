/**
 * Classifiers of noised images (Dhariwal &amp; Nichol 2021, §4): guided-diffusion's {@code
 * EncoderUNetModel}, and the gradient by which it guides.
 *
 * <pre>{@code
 * try (var classifier = ClassifierModel.load(folder, Compute.of(Precision.FLOAT32))) {
 *   var guided = GradientGuidedDenoiser.byStep(denoiser, classifier);
 *   // each condition is a GradientGuidance<>(condition, label, scale)
 * }
 * }</pre>
 *
 * <p>Published files need no settings: {@link io.diffusion4j.decoder.classifier.ClassifierFolders}
 * recognises them by the names and shapes of their tensors, and converts them to a folder.
 */
@NullMarked
package io.diffusion4j.decoder.classifier;

import org.jspecify.annotations.NullMarked;
