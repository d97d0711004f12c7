/**
 * Losses of logits, written as layers: {@link io.diffusion4j.nn.train.logits.Cosines} are the
 * logits of contrastive losses, {@link io.diffusion4j.nn.train.logits.CrossEntropy} compares logits
 * with the right choices.
 */
@NullMarked
package io.diffusion4j.nn.train.logits;

import org.jspecify.annotations.NullMarked;
