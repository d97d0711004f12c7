/**
 * The command line, {@code diffusion4j}: a composition root around the models, the service and the
 * training runs.
 *
 * <pre>{@code
 * var out = new StringWriter();
 * int status =
 *     Main.commandLine().setOut(new PrintWriter(out)).execute("generate", "an owl", "--seed", "7");
 * }</pre>
 *
 * <p>A command is a picocli class that parses and checks its options, opens models and files, calls
 * one module, and prints. Formulas, file formats and loops belong to that module. Errors need no
 * code: an exception is printed as one line, and the exit status is 1, or 2 for bad input. {@link
 * io.diffusion4j.cli.Main} lists the commands of this module; those of others are found by {@link
 * io.diffusion4j.cli.extension.Commands}.
 */
@NullMarked
package io.diffusion4j.cli;

import org.jspecify.annotations.NullMarked;
