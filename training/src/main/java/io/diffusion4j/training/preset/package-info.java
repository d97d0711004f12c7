/** The sizes of all networks and the schedules of their trainings, as a file has them. */
@NullMarked
package io.diffusion4j.training.preset;

import org.jspecify.annotations.NullMarked;
