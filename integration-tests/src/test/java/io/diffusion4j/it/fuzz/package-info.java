/**
 * Parsers that meet what strangers made, fed with any bytes. In a usual build the kept inputs are
 * tried; the profile {@code fuzz} looks for others.
 */
@NullMarked
package io.diffusion4j.it.fuzz;

import org.jspecify.annotations.NullMarked;
