/** The command line with all of its modules, end to end. */
@NullMarked
package io.diffusion4j.it.commands;

import org.jspecify.annotations.NullMarked;
