/** The command that shows what a data set has. */
@NullMarked
package io.diffusion4j.cli.data;

import org.jspecify.annotations.NullMarked;
