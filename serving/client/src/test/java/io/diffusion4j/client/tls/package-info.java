/** Tests of the reading of keys. */
@NullMarked
package io.diffusion4j.client.tls;

import org.jspecify.annotations.NullMarked;
