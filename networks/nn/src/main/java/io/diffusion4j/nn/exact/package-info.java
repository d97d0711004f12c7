/**
 * Networks with the same bits on every machine.
 *
 * <p>{@link io.diffusion4j.nn.exact.ExactEngine} computes in {@link
 * io.diffusion4j.nn.engine.Precision#EXACT}. Products are of integers, whose sums are exact in any
 * order: {@link io.diffusion4j.nn.exact.Products}, which oneDNN or plain Java computes, by one
 * thread or several. All else is float32 in Java, whose operations are rounded alike on every
 * processor (JLS 17, §15.4), in a fixed order.
 *
 * <p>A number is an integer times a scale: one for each output of weights, and one for each sample
 * of activations. The layers of {@link io.diffusion4j.nn.QuantisedLayers} have 8 bits; all other
 * products have 15, as two limbs of 8 bits, which cost four products.
 *
 * <p>The format is part of a recipe's meaning: a change of any result needs another name.
 */
@NullMarked
package io.diffusion4j.nn.exact;

import org.jspecify.annotations.NullMarked;
