/** Emoji art with captions as training data. */
@NullMarked
package io.diffusion4j.emoji;

import org.jspecify.annotations.NullMarked;
