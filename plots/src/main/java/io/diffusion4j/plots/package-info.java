/** Charts of schedules, plans and measurements, and drawings of points in the plane. */
@NullMarked
package io.diffusion4j.plots;

import org.jspecify.annotations.NullMarked;
