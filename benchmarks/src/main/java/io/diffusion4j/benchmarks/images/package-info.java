/** Measurements of whole images: start-up, the first image, and the images after it. */
@NullMarked
package io.diffusion4j.benchmarks.images;

import org.jspecify.annotations.NullMarked;
