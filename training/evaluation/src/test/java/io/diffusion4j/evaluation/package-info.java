/** Tests of measurements by embeddings. */
@NullMarked
package io.diffusion4j.evaluation;

import org.jspecify.annotations.NullMarked;
