/**
 * Pictures in Parquet files.
 *
 * <p>{@link io.diffusion4j.data.files.PictureFiles} finds this package by the service loader, so
 * code names only the file:
 *
 * <pre>{@code
 * PictureFiles pictures =
 *     PictureFiles.open("data", List.of("train-{00000..00099}.parquet"), Columns.DEFAULT);
 * }</pre>
 *
 * <p>{@link io.diffusion4j.data.parquet.ParquetPictures} reads the layouts of Hugging Face and
 * img2dataset. Captions are read when a file is opened; pictures are read one at a time, and only
 * the page that contains the picture is decompressed. Memory therefore does not depend on the size
 * of row groups.
 *
 * <p>A column contains the bytes of pictures, structures of bytes and a path, or paths of files
 * beside the table; captions are texts or lists of texts. {@code Columns} names the columns of
 * tables with other names than the usual ones. Pages are decompressed without Hadoop, and never to
 * more bytes than their header declares, so a damaged file cannot exhaust the memory.
 *
 * <p>The module is separate because of its library: applications that read folders and tar shards
 * do not need it. Without it on the class path, a path that ends in {@code .parquet} is an error
 * that names the module.
 *
 * <p>Writing is not supported, and neither are encrypted files.
 */
@NullMarked
package io.diffusion4j.data.parquet;

import org.jspecify.annotations.NullMarked;
