/** The API against what clients of the web UI's API expect, over a real port. */
@NullMarked
package io.diffusion4j.a1111;

import org.jspecify.annotations.NullMarked;
