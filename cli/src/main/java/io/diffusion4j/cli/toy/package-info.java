/** Diffusion of points in the plane. */
@NullMarked
package io.diffusion4j.cli.toy;

import org.jspecify.annotations.NullMarked;
