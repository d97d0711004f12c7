/**
 * How optional modules are found: families of models, engines, HTTP interfaces, commands and
 * formats of data sets are registered in {@code META-INF/services}, and nothing lists them.
 *
 * <pre>{@code
 * List<Runnable> found = ServiceProviders.of(Runnable.class);
 * }</pre>
 *
 * <p>A jar that is taken off the class path takes its own abilities along, and one that cannot be
 * loaded is left out with a warning ({@link io.diffusion4j.diffusion.spi.ServiceProviders}).
 * Plugins of users are not found here: they are named, and a plugin that fails is an error.
 */
@NullMarked
package io.diffusion4j.diffusion.spi;

import org.jspecify.annotations.NullMarked;
