/** Tests of the Open Inference Protocol through its transports. */
@NullMarked
package io.diffusion4j.openinference;

import org.jspecify.annotations.NullMarked;
