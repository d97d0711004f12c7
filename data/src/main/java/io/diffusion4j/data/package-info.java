/** Data sets: pictures with captions, by index. */
@NullMarked
package io.diffusion4j.data;

import org.jspecify.annotations.NullMarked;
