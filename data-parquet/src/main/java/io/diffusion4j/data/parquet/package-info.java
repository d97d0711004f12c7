/**
 * Pictures in Parquet files.
 *
 * <p>{@link io.diffusion4j.data.files.PictureFiles} finds this package by the service loader, so
 * code names only the file:
 *
 * <pre>{@code
 * PictureFiles pictures =
 *     PictureFiles.open("data", List.of("train-{00000..00099}.parquet"), Columns.USUAL);
 * }</pre>
 *
 * <p>{@link io.diffusion4j.data.parquet.ParquetPictures} reads the layouts of Hugging Face and
 * img2dataset. Captions are read when a file is opened; pictures are read one at a time, and only
 * the page that contains the picture is decompressed. Memory therefore does not depend on the size
 * of row groups.
 *
 * <p>Writing is not supported, and neither are encrypted files.
 */
@NullMarked
package io.diffusion4j.data.parquet;

import org.jspecify.annotations.NullMarked;
