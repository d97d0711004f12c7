/** Images as CLIP sees them: {@link io.diffusion4j.clip.image.ClipPreprocessor}. */
@NullMarked
package io.diffusion4j.clip.image;

import org.jspecify.annotations.NullMarked;
