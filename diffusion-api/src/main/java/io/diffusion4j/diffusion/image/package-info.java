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
 */
@NullMarked
package io.diffusion4j.diffusion.image;

import org.jspecify.annotations.NullMarked;
