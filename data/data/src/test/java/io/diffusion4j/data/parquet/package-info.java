/** Tests of Parquet files, which they write themselves. */
@NullMarked
package io.diffusion4j.data.parquet;

import org.jspecify.annotations.NullMarked;
