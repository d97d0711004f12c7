/** The laws of denoisers, noise and pipelines. */
@NullMarked
package io.diffusion4j.diffusion;

import org.jspecify.annotations.NullMarked;
