/**
 * The vocabulary that running and training share: native memory and views of it, number formats,
 * memory descriptions, the team of threads, and checked calls into oneDNN.
 *
 * <p>Everything native belongs to a {@code Scope} and is freed with it.
 */
@NullMarked
package io.diffusion4j.onednn.core;

import org.jspecify.annotations.NullMarked;
