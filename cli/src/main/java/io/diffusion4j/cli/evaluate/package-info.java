/**
 * The commands that measure a model: {@code evaluate}, {@code nll} and {@code measure}, with their
 * reports and charts.
 */
@NullMarked
package io.diffusion4j.cli.evaluate;

import org.jspecify.annotations.NullMarked;
