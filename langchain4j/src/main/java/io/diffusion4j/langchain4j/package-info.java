/**
 * LangChain4j's image model over the generation service, in this process or at a server.
 *
 * <p>Starting point: {@link io.diffusion4j.langchain4j.Diffusion4jImageModel}.
 */
@NullMarked
package io.diffusion4j.langchain4j;

import org.jspecify.annotations.NullMarked;
