/** Spring AI's image model over the generation service, in this process or at a server. */
@NullMarked
package io.diffusion4j.springai;

import org.jspecify.annotations.NullMarked;
