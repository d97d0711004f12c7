/** Exact products of integers by oneDNN, for {@link io.diffusion4j.nn.exact}. */
@NullMarked
package io.diffusion4j.onednn.exact;

import org.jspecify.annotations.NullMarked;
