/** The API against what OpenAI's API promises, over a real port. */
@NullMarked
package io.diffusion4j.openai;

import org.jspecify.annotations.NullMarked;
