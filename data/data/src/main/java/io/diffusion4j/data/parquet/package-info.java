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
 * <p>A column contains the bytes of pictures, structures of bytes and a path, or paths of files
 * beside the table; captions are texts or lists of texts. {@code Columns} names the columns of
 * tables with other names than the default ones. Pages are decompressed without Hadoop, and never
 * to more bytes than their header declares, so a damaged file cannot exhaust the memory.
 *
 * <p>Without this module on the class path, a path that ends in {@code .parquet} is an error that
 * names the module. Writing and encrypted files are not supported.
 */
@NullMarked
package io.diffusion4j.data.parquet;

import org.jspecify.annotations.NullMarked;
