/** Charts of schedules, plans and measurements. */
@NullMarked
package io.diffusion4j.plots;

import org.jspecify.annotations.NullMarked;
