/**
 * Options that several commands share, as mixins and groups of picocli.
 *
 * <pre>{@code
 * ModelOptions model = new ModelOptions(); // in a command: @ArgGroup, with a heading
 * PluginOptions plugins = new PluginOptions(); // in a command: @Mixin
 * try (OpenPipeline open =
 *     ModelOptions.open(model.folder(), model.opening(), plugins.load())) {
 *   ModelCard card = open.pipeline().card();
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.cli.options.ModelOptions} is the folder, number format and low-rank
 *       updates of a model. {@link io.diffusion4j.cli.options.PublishedModel} accepts a name of the
 *       Hub instead of a folder.
 *   <li>{@link io.diffusion4j.cli.options.SamplingOptions} adds an option for each setting of each
 *       stage, such as {@code --decoder-steps}. They are generated from one table by a model
 *       transformer of picocli, so all commands spell them alike. {@link
 *       io.diffusion4j.cli.options.Variation} is such an option with several values.
 *   <li>{@link io.diffusion4j.cli.options.ConnectionOptions} is a server with its token and
 *       certificates.
 *   <li>{@link io.diffusion4j.cli.options.PluginOptions}, {@link
 *       io.diffusion4j.cli.options.FilterOptions} and {@link
 *       io.diffusion4j.cli.options.ProvenanceOptions} add user code, judges of pictures, and marks
 *       of files.
 *   <li>{@link io.diffusion4j.cli.options.ExampleOptions}, {@link
 *       io.diffusion4j.cli.options.PictureColumns} and {@link
 *       io.diffusion4j.cli.options.PreparationOptions} select and prepare the pictures to measure
 *       or train with.
 * </ul>
 *
 * <p>An option that is not given leaves the decision to the model. {@link
 * io.diffusion4j.cli.options.SamplingOptions#nameOf} maps the fields of a request to options, so an
 * error about a request contains the option that the user typed.
 *
 * <p>Put an option here when a second package needs it; until then it belongs to its command. Tests
 * fix the names, because scripts depend on them. Options of the benchmarks are in {@code
 * io.diffusion4j.benchmarks.report}.
 */
@NullMarked
package io.diffusion4j.cli.options;

import org.jspecify.annotations.NullMarked;
