@NullMarked
package io.diffusion4j.search;

import org.jspecify.annotations.NullMarked;
