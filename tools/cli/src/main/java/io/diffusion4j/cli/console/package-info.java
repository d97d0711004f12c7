/**
 * The terminal of a command: results, progress bars, errors and signals.
 *
 * <p>A command writes by {@link io.diffusion4j.cli.console.Console}, a mixin: results go to the
 * standard output, one per line, and everything about the progress to the error stream. So the
 * output of a command can be read by another program while a person sees the progress.
 *
 * <pre>{@code
 * Console console = new Console(); // in a command: @Mixin private Console console
 * try (ProgressBars.Bar bar = console.bars().bar("pictures", 0, 100)) {
 *   bar.at(50, "");
 * }
 * console.print("photos.safetensors");
 * }</pre>
 *
 * <p>Commands do not write to {@code System.out} themselves, so a test can read their output. There
 * are no prompts for input: a command that lacks an argument fails, so that scripts never hang.
 * Logs of a server are not here but in {@code io.diffusion4j.cli.serve}.
 */
@NullMarked
package io.diffusion4j.cli.console;

import org.jspecify.annotations.NullMarked;
