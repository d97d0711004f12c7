/**
 * Two engines on oneDNN, without TensorFlow between: {@link io.diffusion4j.onednn.OneDnnEngine}
 * runs networks, {@link io.diffusion4j.onednn.OneDnnTrainingEngine} trains them. The service loader
 * finds both; nothing else names them.
 */
@NullMarked
package io.diffusion4j.onednn;

import org.jspecify.annotations.NullMarked;
