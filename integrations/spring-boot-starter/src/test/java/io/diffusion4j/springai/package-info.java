@NullMarked
package io.diffusion4j.springai;

import org.jspecify.annotations.NullMarked;
