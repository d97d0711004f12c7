/** How fast pictures are read and embedded, and in how much memory. */
@NullMarked
package io.diffusion4j.benchmarks.data;

import org.jspecify.annotations.NullMarked;
