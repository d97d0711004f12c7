/** Commands that use CLIP alone: {@code embed}, {@code classify} and {@code search}. */
@NullMarked
package io.diffusion4j.cli.clip;

import org.jspecify.annotations.NullMarked;
