/**
 * The parts that an image pipeline is composed of, each an interface of one or two methods, such as
 * {@link io.diffusion4j.diffusion.part.Prior}.
 */
@NullMarked
package io.diffusion4j.diffusion.part;

import org.jspecify.annotations.NullMarked;
