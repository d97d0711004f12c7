/**
 * What other modules add to the command line, found by the service loader.
 *
 * <p>A module on the class path brings {@link io.diffusion4j.cli.extension.Commands} of its own,
 * and {@link io.diffusion4j.cli.extension.Plotter} draws for options of other commands. A module
 * that is missing costs only what it adds; one that cannot be loaded is left out with a warning
 * that names its jar.
 */
@NullMarked
package io.diffusion4j.cli.extension;

import org.jspecify.annotations.NullMarked;
