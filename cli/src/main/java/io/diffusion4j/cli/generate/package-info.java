/**
 * The commands that draw: {@code generate}, {@code vary}, {@code glide} and {@code replay}, and the
 * files they write.
 */
@NullMarked
package io.diffusion4j.cli.generate;

import org.jspecify.annotations.NullMarked;
