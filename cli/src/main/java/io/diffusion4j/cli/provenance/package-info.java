/** The commands about the origin of pictures: {@code keygen}, {@code sign} and {@code verify}. */
@NullMarked
package io.diffusion4j.cli.provenance;

import org.jspecify.annotations.NullMarked;
