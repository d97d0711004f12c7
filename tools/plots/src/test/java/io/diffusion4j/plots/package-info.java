/** Pictures hold what they are of, and files are what their names say. */
@NullMarked
package io.diffusion4j.plots;

import org.jspecify.annotations.NullMarked;
