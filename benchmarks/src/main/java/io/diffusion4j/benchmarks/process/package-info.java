/** Processes that are measured from outside: their start-up and their memory. */
@NullMarked
package io.diffusion4j.benchmarks.process;

import org.jspecify.annotations.NullMarked;
