/**
 * The command line, {@code diffusion4j}: a composition root around the models, the service and the
 * trainings.
 *
 * <p>{@link io.diffusion4j.cli.Main} has the list of commands and the options of every command,
 * {@code --verbose} and {@code --engine}. The commands can also be called from a program or a test,
 * with the output in a string:
 *
 * <pre>{@code
 * var out = new StringWriter();
 * int status =
 *     Main.commandLine().setOut(new PrintWriter(out)).execute("plan", "ddim", "--steps", "10");
 * }</pre>
 *
 * <p>A command is a picocli class that parses and checks its options, opens models and files, calls
 * one module, and prints. Formulas, file formats and loops belong to that module, so what a command
 * does is available to programs as well.
 *
 * <ul>
 *   <li>{@code generate} has the commands that draw, {@code evaluate} those that measure a model,
 *       {@code train} those that make one, {@code serve} those around a server.
 *   <li>{@code inspect}, {@code weights} and {@code data} are about files, {@code clip} about
 *       embeddings, {@code provenance} about the origin of pictures, {@code plots} and {@code toy}
 *       about the mathematics.
 *   <li>{@code options} has the options that several packages share, {@code console} the output,
 *       the progress bars and the errors.
 * </ul>
 *
 * <p>To add a command, write a class with {@code @Command} in the package of its subject, with
 * examples in its footer, and name it in {@link io.diffusion4j.cli.Main}. Its tests run it through
 * {@code Main.commandLine()}. Errors need no code: an exception is printed as one line, and the
 * exit status is 1, or 2 for bad input.
 *
 * <p>Nothing depends on this module. It contains no measurements of speed, which are in {@code
 * io.diffusion4j.benchmarks}, and no shell: one call runs one command.
 */
@NullMarked
package io.diffusion4j.cli;

import org.jspecify.annotations.NullMarked;
