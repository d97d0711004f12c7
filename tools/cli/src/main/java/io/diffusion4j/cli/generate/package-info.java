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
 * options. {@code LocalBatch} draws it with a model in this process, {@code ServerBatch} sends it
 * to a server; both write the same files. So each request passes the same checks wherever it is
 * drawn.
 *
 * <ul>
 *   <li>{@link io.diffusion4j.cli.generate.GenerateCommand} and {@link
 *       io.diffusion4j.cli.generate.GlideCommand} draw from texts.
 *   <li>{@link io.diffusion4j.cli.generate.VaryCommand}, {@link
 *       io.diffusion4j.cli.generate.BlendCommand}, {@link io.diffusion4j.cli.generate.DiffCommand}
 *       and {@link io.diffusion4j.cli.generate.MixCommand} start from embeddings of pictures or
 *       texts.
 *   <li>{@link io.diffusion4j.cli.generate.EditCommand}, {@link
 *       io.diffusion4j.cli.generate.ImageToImageCommand}, {@link
 *       io.diffusion4j.cli.generate.InpaintCommand} and {@link
 *       io.diffusion4j.cli.generate.UpscaleCommand} start from the pixels of a picture.
 *   <li>{@link io.diffusion4j.cli.generate.ReplayCommand} draws a file again from its recipe, and
 *       compares both.
 * </ul>
 *
 * <p>Options and files are checked before the model is loaded: a command fails at once if a file
 * cannot be written, rather than after minutes of drawing. A PNG contains its recipe.
 *
 * <p>To add a command, add its task to the contract, then a class that fills the request; options
 * of files and noise are mixins of this package. Tasks themselves are in {@code
 * io.diffusion4j.diffusion.pipeline}. The file formats of pictures are in {@code
 * io.diffusion4j.diffusion.image}, and recipes in {@code io.diffusion4j.serving.request}.
 */
@NullMarked
package io.diffusion4j.cli.generate;

import org.jspecify.annotations.NullMarked;
