/** The command that shows the contents of a data set. */
@NullMarked
package io.diffusion4j.cli.data;

import org.jspecify.annotations.NullMarked;
