/**
 * Fuzz tests of parsers of untrusted input. A usual build tries the stored inputs; the profile
 * {@code fuzz} looks for others.
 */
@NullMarked
package io.diffusion4j.it.fuzz;

import org.jspecify.annotations.NullMarked;
