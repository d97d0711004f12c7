/** LangChain4j's image model over the generation service, in this process or at a server. */
@NullMarked
package io.diffusion4j.langchain4j;

import org.jspecify.annotations.NullMarked;
