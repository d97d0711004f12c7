/** Reads the golden values that the reference implementations gave. */
@NullMarked
package io.diffusion4j.diffusion.golden;

import org.jspecify.annotations.NullMarked;
