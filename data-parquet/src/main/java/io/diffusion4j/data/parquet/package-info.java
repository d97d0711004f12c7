/**
 * Pictures in Parquet files. {@link io.diffusion4j.data.files.PictureFiles} finds this package on
 * the class path; nothing else names it.
 */
@NullMarked
package io.diffusion4j.data.parquet;

import org.jspecify.annotations.NullMarked;
