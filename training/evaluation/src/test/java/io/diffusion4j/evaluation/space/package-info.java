/** Tests of measurements by embeddings. */
@NullMarked
package io.diffusion4j.evaluation.space;

import org.jspecify.annotations.NullMarked;
