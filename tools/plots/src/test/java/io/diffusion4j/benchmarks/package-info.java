/** The benchmarks work and count what they say; how fast anything is, is not tested. */
@NullMarked
package io.diffusion4j.benchmarks;

import org.jspecify.annotations.NullMarked;
