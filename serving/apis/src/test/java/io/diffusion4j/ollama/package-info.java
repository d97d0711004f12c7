/** The API against what Ollama's API promises, over a real port. */
@NullMarked
package io.diffusion4j.ollama;

import org.jspecify.annotations.NullMarked;
