/**
 * The commands that draw charts: {@code plot} for schedules, plans and trainings, {@code plan} for
 * the steps of a sampler as a table.
 */
@NullMarked
package io.diffusion4j.cli.plots;

import org.jspecify.annotations.NullMarked;
