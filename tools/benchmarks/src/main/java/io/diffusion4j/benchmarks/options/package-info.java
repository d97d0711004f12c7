/**
 * The options that several subcommands of {@code bench} share.
 *
 * <p>A subcommand that measures a model takes its folder from {@link
 * io.diffusion4j.benchmarks.options.ModelOption}, a mixin of picocli. Without the option, it is the
 * shipped model:
 *
 * <pre>{@code
 * ModelOption model = new ModelOption(); // in a subcommand: @Mixin private ModelOption model
 * Path folder = model.folder();
 * }</pre>
 *
 * <p>So {@code bench samplers}, {@code bench cost} and the others need no arguments to show
 * something, and their figures for the shipped model can be compared with the published ones:
 *
 * <pre>
 *   diffusion4j bench cost
 *   diffusion4j bench cost --model my-model
 * </pre>
 *
 * <p>{@code ModelOption.SHIPPED} is the default as text, for an option with a description of its
 * own, as that of the table. It contains the home folder of the distribution, so it is valid in
 * every working directory.
 *
 * <p>The options of drawing commands are in {@code io.diffusion4j.cli.options}. They are separate
 * because the command line depends on the benchmarks, and the benchmarks do not depend on the
 * command line. For this reason names of the Hub are not accepted here: pull a model first, and
 * pass its folder.
 *
 * <p>Put an option here when a second subcommand needs it. Options of the measurement itself, such
 * as the numbers of runs, belong to the subcommand.
 */
@NullMarked
package io.diffusion4j.benchmarks.options;

import org.jspecify.annotations.NullMarked;
