/**
 * The structure of PNG, JPEG and WebP files around their coded pixels: reads and stores XMP packets
 * and C2PA manifests without decoding anything.
 *
 * <pre>{@code
 * PictureFile file = PictureFile.of(Files.readAllBytes(path));
 * file.xmp().ifPresent(System.out::println);
 * Files.write(path, file.withXmp(packet).bytes());
 * }</pre>
 *
 * <p>{@code io.diffusion4j.diffusion.image} reads and writes the pixels.
 */
@NullMarked
package io.diffusion4j.provenance.container;

import org.jspecify.annotations.NullMarked;
