/** Tests of data sets. */
@NullMarked
package io.diffusion4j.data;

import org.jspecify.annotations.NullMarked;
