/** The place of files that can be made again: {@link io.diffusion4j.diffusion.cache.UserCache}. */
@NullMarked
package io.diffusion4j.diffusion.cache;

import org.jspecify.annotations.NullMarked;
