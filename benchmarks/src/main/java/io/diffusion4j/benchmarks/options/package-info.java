/** The options that several subcommands of {@code bench} share. */
@NullMarked
package io.diffusion4j.benchmarks.options;

import org.jspecify.annotations.NullMarked;
