/**
 * The command line, {@code diffusion4j}: a composition root around the models, the service and the
 * trainings.
 */
@NullMarked
package io.diffusion4j.cli;

import org.jspecify.annotations.NullMarked;
