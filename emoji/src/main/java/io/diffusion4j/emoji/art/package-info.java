/** What the emoji art shows, in which styles, and its pixels. */
@NullMarked
package io.diffusion4j.emoji.art;

import org.jspecify.annotations.NullMarked;
