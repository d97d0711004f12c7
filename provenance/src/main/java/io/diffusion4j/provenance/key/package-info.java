/** Files of keys: PEM blocks, and files that only their owner can read. */
@NullMarked
package io.diffusion4j.provenance.key;

import org.jspecify.annotations.NullMarked;
