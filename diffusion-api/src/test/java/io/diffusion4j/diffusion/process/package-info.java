/** The laws of the forward process. */
@NullMarked
package io.diffusion4j.diffusion.process;

import org.jspecify.annotations.NullMarked;
