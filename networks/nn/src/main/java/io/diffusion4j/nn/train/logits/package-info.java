/**
 * Losses of logits, written as layers: the cross entropy of choices, and the cosines of contrastive
 * losses.
 *
 * <p>A choice among n logits z costs −ln softmax(z)_right = ln Σ exp(z) − z_right, in nats. In
 * CLIP's loss (Radford et al. 2021, fig. 3) each image chooses its text among the texts of the
 * batch, and each text its image. The logits are the scaled cosines of all pairs, and the right
 * ones are on the diagonal:
 *
 * <pre>{@code
 * Objective contrastive =
 *     (nn, inputs) -> {
 *       var x = nn.input(inputs.floats("image", 64));
 *       var y = nn.input(inputs.floats("text", 32));
 *       var image = Cosines.normalise(nn, nn.output(nn.at("image").linear(x, 16)));
 *       var text = Cosines.normalise(nn, nn.output(nn.at("text").linear(y, 16)));
 *       var scale = nn.constant(20);
 *       var logits = Cosines.logits(nn, image, text, scale); // [B, B]
 *       var right = Cosines.pairs(nn, image, text, scale); // [B]
 *       var ofImages = CrossEntropy.of(nn, logits, right, 1);
 *       var ofTexts = CrossEntropy.of(nn, logits, right, 0);
 *       return new Objective.Loss(
 *           nn.multiply(nn.add(ofImages, ofTexts), nn.constant(0.5)),
 *           Map.of("accuracy", CrossEntropy.accuracy(nn, logits, right, 1)));
 *     };
 * }</pre>
 *
 * <p>All values here are numbers in float32; embeddings that a network computes in a lower
 * precision pass through {@code nn.output} first. A contrastive loss is joint: it depends on all
 * rows of a batch together.
 */
@NullMarked
package io.diffusion4j.nn.train.logits;

import org.jspecify.annotations.NullMarked;
