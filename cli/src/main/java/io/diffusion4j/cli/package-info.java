/**
 * The command line, {@code diffusion4j}: a composition root around the models, the service and the
 * training recipes.
 *
 * <p>Starting points: {@link io.diffusion4j.cli.Main}, the commands; {@link
 * io.diffusion4j.cli.options.ModelOptions}, which model they load.
 */
@NullMarked
package io.diffusion4j.cli;

import org.jspecify.annotations.NullMarked;
