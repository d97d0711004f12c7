/**
 * The commands that draw, and the files that they write.
 *
 * <pre>
 *   diffusion4j generate "a red apple on a blue background" --output apple.png
 *   diffusion4j vary apple.png --output another.png
 *   diffusion4j diff apple.png --from "a red apple" --to "a green apple" --output green.png
 *   diffusion4j replay apple.png
 * </pre>
 *
 * <p>The commands build a {@code GenerateImagesRequest}, the request of the service, from their
 * options, and draw it by an {@link io.diffusion4j.client.ImageGenerator}: a model in this process,
 * or a server. {@code ImageWriter} writes the files of both. So each request passes the same checks
 * wherever it is drawn.
 *
 * <p>Options and files are checked before the model is loaded: a command fails at once if a file
 * cannot be written, rather than after minutes of drawing. A PNG contains its recipe.
 */
@NullMarked
package io.diffusion4j.cli.generate;

import org.jspecify.annotations.NullMarked;
