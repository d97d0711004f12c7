/** What the tests of this face need of the inside of a server. */
@NullMarked
package io.diffusion4j.serving;

import org.jspecify.annotations.NullMarked;
