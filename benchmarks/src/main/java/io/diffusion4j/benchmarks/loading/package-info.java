/** How fast weights are read from files. */
@NullMarked
package io.diffusion4j.benchmarks.loading;

import org.jspecify.annotations.NullMarked;
