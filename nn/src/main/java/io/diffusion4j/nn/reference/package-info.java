/** The layers of losses in plain Java, for engines that compute the network alone. */
@NullMarked
package io.diffusion4j.nn.reference;

import org.jspecify.annotations.NullMarked;
