/**
 * Images as numbers: their values, sizes and files.
 *
 * <p>Networks compute with values in [−1, 1], files and screens have bytes. The conversion is
 * 255·(x/2 + 1/2), clamped to [0, 255] and rounded half to even, and it happens only at the edges:
 *
 * <pre>{@code
 * Image photo = ImageFiles.read(Path.of("photo.jpg"), 1L << 24); // at most 16,777,216 pixels
 * Image small = Resize.area(photo, 64, 64);
 * Image large = Resize.bicubic(small, 256, 256);
 * var file = new OutputFile(Path.of("pair.png"));
 * file.requireWritable(); // before the work, not after it
 * Image pair = ContactSheet.of(List.of(Resize.area(photo, 256, 256), large), 2);
 * file.write(Png.encode(pair, Map.of("Comment", "original and enlarged")));
 * }</pre>
 *
 * <h2>Which method of {@link io.diffusion4j.diffusion.image.Resize}</h2>
 *
 * <ul>
 *   <li>{@code area}: the mean over the covered pixels, to reduce an image.
 *   <li>{@code bicubic} of an {@code Image}: the condition of unCLIP's upsamplers. It overshoots at
 *       edges, so values can leave [−1, 1].
 *   <li>{@code bicubic} of an {@code Rgb8}: the preprocessing of CLIP, equal to PIL byte for byte.
 *       {@code lanczos} and {@code reducedBicubic} equal PIL's in the same way.
 *   <li>{@link io.diffusion4j.diffusion.image.Pyramid}: one square image at all sizes that the
 *       stages of a pipeline need, each computed once.
 * </ul>
 *
 * <p>Not here: colour management, since samples are read as sRGB whatever the profile of the file;
 * transparency, since transparent pixels become white; animations ({@code io.diffusion4j.plots});
 * and signatures, manifests and watermarks ({@code io.diffusion4j.provenance}).
 */
@NullMarked
package io.diffusion4j.diffusion.image;

import org.jspecify.annotations.NullMarked;
