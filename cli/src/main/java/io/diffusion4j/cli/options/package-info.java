/**
 * Options that several commands share: the model, the settings of its stages, the connection to a
 * server, the examples to measure with.
 */
@NullMarked
package io.diffusion4j.cli.options;

import org.jspecify.annotations.NullMarked;
