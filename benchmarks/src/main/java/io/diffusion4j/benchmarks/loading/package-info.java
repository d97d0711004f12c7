/** Measurements of reading weights from files. */
@NullMarked
package io.diffusion4j.benchmarks.loading;

import org.jspecify.annotations.NullMarked;
