/** Tests of the client that need no server. */
@NullMarked
package io.diffusion4j.client;

import org.jspecify.annotations.NullMarked;
