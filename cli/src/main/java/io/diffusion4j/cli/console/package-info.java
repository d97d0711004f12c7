/** The terminal of a command: progress bars, errors, signals. */
@NullMarked
package io.diffusion4j.cli.console;

import org.jspecify.annotations.NullMarked;
