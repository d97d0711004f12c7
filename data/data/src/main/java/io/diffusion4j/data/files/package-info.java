/**
 * Readers of pictures in folders, lists, tables and tar shards.
 *
 * <pre>{@code
 * try (var pictures = PictureFiles.open("data", List.of("{00000..00099}.tar"), Columns.DEFAULT)) {
 *   System.out.println(pictures.size() + " " + pictures.captions(0));
 * }
 * }</pre>
 *
 * <p>Pictures may be PNG, JPEG, WebP or GIF, of which the first frame is read. Captions are in text
 * files beside the pictures, in columns of {@code metadata.jsonl} or a table, or in the JSON of a
 * tar shard; a picture may have several. They are text in UTF-8; a caption that is not is a {@link
 * io.diffusion4j.data.BadCaptionException}, and data sets skip its picture. The index of a tar
 * shard is cached, so that its headers are read once. If a file changes after that, its pictures
 * are errors rather than wrong bytes.
 *
 * <p>To add a format with a picture in each row, implement {@link
 * io.diffusion4j.data.files.PictureTable} and name it in {@code META-INF/services}. Links in
 * folders are followed, but lists never lead out of their folder. Nothing is downloaded.
 */
@NullMarked
package io.diffusion4j.data.files;

import org.jspecify.annotations.NullMarked;
