/** Digests that name files and compare them. */
@NullMarked
package io.diffusion4j.diffusion.digest;

import org.jspecify.annotations.NullMarked;
