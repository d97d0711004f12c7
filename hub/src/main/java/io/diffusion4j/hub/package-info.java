/** Models by their names on the Hugging Face Hub, kept in the cache that Python's tools share. */
@NullMarked
package io.diffusion4j.hub;

import org.jspecify.annotations.NullMarked;
