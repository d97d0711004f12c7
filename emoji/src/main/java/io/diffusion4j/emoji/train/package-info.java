/** Emoji art as a data set to train on, and its presets. */
@NullMarked
package io.diffusion4j.emoji.train;

import org.jspecify.annotations.NullMarked;
