@NullMarked
package io.diffusion4j.langchain4j;

import org.jspecify.annotations.NullMarked;
