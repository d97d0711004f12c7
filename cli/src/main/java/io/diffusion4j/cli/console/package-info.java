/**
 * What a command shows on the terminal, and how it ends: progress bars, errors, signals.
 *
 * <p>{@link io.diffusion4j.cli.console.Bars} shows progress, as bars on a terminal and as lines in
 * a log. {@link io.diffusion4j.cli.console.FailureHandler} prints an exception as one line and
 * chooses the exit status.
 */
@NullMarked
package io.diffusion4j.cli.console;

import org.jspecify.annotations.NullMarked;
