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
 * <p>A {@link io.diffusion4j.provenance.container.PictureFile} is immutable. It detects the format
 * by the first bytes, and returns where the file stores its marks: an XMP packet as text, and the
 * range of bytes of a manifest. {@code withXmp} and {@code withManifest} return a new file with the
 * mark in place; the coded pixels are copied byte by byte. There is one package-private class for
 * each format:
 *
 * <ul>
 *   <li>{@code PngFile} stores XMP in an {@code iTXt} chunk and C2PA in {@code caBX}.
 *   <li>{@code JpegFile} uses the segments {@code APP1} and {@code APP11}. A manifest that is
 *       longer than a segment is divided among several.
 *   <li>{@code WebpFile} uses the chunks {@code XMP} and {@code C2PA}, and adds the extended header
 *       that they need if the file lacks it.
 * </ul>
 *
 * <p>Files come from strangers, so declared lengths are checked against the bytes that exist; a
 * file that ends too early is an {@code IOException}, and a mark that is larger than the format
 * allows is an {@code IllegalArgumentException}.
 *
 * <p>Packets are written and parsed in {@code io.diffusion4j.provenance}, manifests are signed in
 * {@code io.diffusion4j.provenance.c2pa}. Pixels are read and written in {@code
 * io.diffusion4j.diffusion.image}. Other metadata, such as Exif, is copied and never read.
 */
@NullMarked
package io.diffusion4j.provenance.container;

import org.jspecify.annotations.NullMarked;
