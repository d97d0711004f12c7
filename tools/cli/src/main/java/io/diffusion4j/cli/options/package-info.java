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
 * <p>An option that is not given leaves the decision to the model. {@link
 * io.diffusion4j.cli.options.SamplingOptions#nameOf} maps the fields of a request to options, so an
 * error about a request contains the option that the user typed.
 *
 * <p>Put an option here when a second package needs it; until then it belongs to its command. Tests
 * fix the names, because scripts depend on them.
 */
@NullMarked
package io.diffusion4j.cli.options;

import org.jspecify.annotations.NullMarked;
