/** Limits by address, with a clock that tests move. */
@NullMarked
package io.diffusion4j.serving.address;

import org.jspecify.annotations.NullMarked;
