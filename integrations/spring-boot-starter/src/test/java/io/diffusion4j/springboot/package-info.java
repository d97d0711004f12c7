@NullMarked
package io.diffusion4j.springboot;

import org.jspecify.annotations.NullMarked;
