/** Pictures composed of emoji art, exactly described in words and in pixels. */
@NullMarked
package io.diffusion4j.emoji.scene;

import org.jspecify.annotations.NullMarked;
