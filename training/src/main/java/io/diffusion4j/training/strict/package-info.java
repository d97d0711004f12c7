/** Settings files that are read into records, with all faults reported at once. */
@NullMarked
package io.diffusion4j.training.strict;

import org.jspecify.annotations.NullMarked;
