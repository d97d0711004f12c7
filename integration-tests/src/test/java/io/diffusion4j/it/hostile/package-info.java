/** Attacks on every interface of a server at once. */
@NullMarked
package io.diffusion4j.it.hostile;

import org.jspecify.annotations.NullMarked;
