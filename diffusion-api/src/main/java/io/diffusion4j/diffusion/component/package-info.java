/**
 * The parts of unCLIP (Ramesh et al. 2022, fig. 2), each an interface with a single method to
 * implement, so that every part can be replaced.
 *
 * <p>A text y becomes an image x by way of an image embedding z_i: P(x | y) = P(x | z_i, y)·P(z_i |
 * y). The prior draws z_i, the decoder draws x (§2). A part that needs no network is a lambda:
 *
 * <pre>{@code
 * Prior textItself = // the text's embedding in place of an image's
 *     (draws, settings, listener) ->
 *         draws.stream().map(draw -> draw.condition().text().embedding()).toList();
 * Prior better = new BestOfPrior(prior, 2); // keeps the better of two embeddings (§2.2)
 *
 * Prompt prompt = Prompt.encode(encoder, "a red apple", "");
 * List<float[]> embeddings =
 *     better.sample(
 *         List.of(new Draw<>(prompt, new PhiloxNoise(7, 0))),
 *         better.stage().defaults(),
 *         SamplingListener.NONE);
 * }</pre>
 *
 * <p>The parts of a model agree on the sizes and the space of their embeddings. Embeddings are not
 * normalised between parts. A prior for another CLIP returns values that the decoder has not been
 * trained with, even if their number is the same.
 *
 * <ul>
 *   <li>The result has one entry for each draw, in order.
 *   <li>All randomness comes from the draw's noise source. So a sample does not depend on the other
 *       samples of the call, and the same seed gives the same image in any batch.
 *   <li>A part does not close the networks that it uses; the code that opened the model does.
 * </ul>
 */
@NullMarked
package io.diffusion4j.diffusion.component;

import org.jspecify.annotations.NullMarked;
