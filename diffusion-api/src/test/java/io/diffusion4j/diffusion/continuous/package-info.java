/** The laws of diffusion in continuous time, on Gaussian data, where every score is known. */
@NullMarked
package io.diffusion4j.diffusion.continuous;

import org.jspecify.annotations.NullMarked;
