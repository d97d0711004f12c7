/** The style of the project's prose, as a test: phrases that documents and Javadoc avoid. */
@NullMarked
package io.diffusion4j.it.words;

import org.jspecify.annotations.NullMarked;
