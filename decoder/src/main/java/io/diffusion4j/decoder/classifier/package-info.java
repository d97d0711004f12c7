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
 * <p>A classifier is trained on noised pictures, with the schedule of the network that it will
 * guide, because it must judge x_t at every timestep. {@link
 * io.diffusion4j.decoder.classifier.ClassifierBatches} makes such batches from captioned pictures
 * whose captions are the names of classes.
 *
 * <p>Published files need no settings: {@link io.diffusion4j.decoder.classifier.ClassifierFolders}
 * recognises them by the names and shapes of their tensors, and converts them to a folder. A file
 * {@code classes.txt} in the folder has the names of the classes. A loaded classifier is
 * thread-safe and holds native memory until it is closed; {@code judge} returns probabilities,
 * logits and gradients without a sampler.
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
