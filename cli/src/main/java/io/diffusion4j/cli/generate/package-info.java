/**
 * The commands that draw: {@code generate}, {@code vary}, {@code glide} and {@code replay}, and the
 * files they write.
 *
 * <p>A command of this package resolves its options into requests or settings, draws in this
 * process or at a server, and writes the images with {@link io.diffusion4j.cli.generate.PngFiles}.
 */
@NullMarked
package io.diffusion4j.cli.generate;

import org.jspecify.annotations.NullMarked;
