/** The command line's package of the same name, as a user meets it. */
@NullMarked
package io.diffusion4j.cli.serve;

import org.jspecify.annotations.NullMarked;
