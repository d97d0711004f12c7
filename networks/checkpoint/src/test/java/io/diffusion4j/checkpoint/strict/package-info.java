/** Tests of files that are read strictly. */
@NullMarked
package io.diffusion4j.checkpoint.strict;

import org.jspecify.annotations.NullMarked;
