/**
 * Readers of pictures in folders, lists, tables and tar shards.
 *
 * <pre>{@code
 * try (var pictures = PictureFiles.open("data", List.of("{00000..00099}.tar"), Columns.USUAL)) {
 *   System.out.println(pictures.size() + " " + pictures.captions(0));
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.data.files.PictureFiles} detects the layout of each path. It keeps the
 * positions of pictures in memory and reads pictures and captions on demand. {@link
 * io.diffusion4j.data.files.Columns} names the columns of lists and tables. {@link
 * io.diffusion4j.data.files.HeldOut} parses the option for held-out pictures.
 *
 * <p>To add a format with a picture in each row, implement {@link
 * io.diffusion4j.data.files.PictureTable} and name it in {@code META-INF/services}; the module
 * {@code data-parquet} does so. Lists never lead out of their folder, and shards are not unpacked.
 * Nothing is downloaded.
 */
@NullMarked
package io.diffusion4j.data.files;

import org.jspecify.annotations.NullMarked;
