/** What a command shows on the terminal, and how it ends: progress bars, errors, signals. */
@NullMarked
package io.diffusion4j.cli.console;

import org.jspecify.annotations.NullMarked;
