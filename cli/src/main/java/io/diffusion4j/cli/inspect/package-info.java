/**
 * The commands that examine files: {@code inspect} lists what a checkpoint contains, {@code doctor}
 * checks a model folder, or the measurements of a training.
 */
@NullMarked
package io.diffusion4j.cli.inspect;

import org.jspecify.annotations.NullMarked;
