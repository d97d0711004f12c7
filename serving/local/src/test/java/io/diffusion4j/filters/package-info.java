@NullMarked
package io.diffusion4j.filters;

import org.jspecify.annotations.NullMarked;
