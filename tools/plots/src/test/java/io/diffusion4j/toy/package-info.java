@NullMarked
package io.diffusion4j.toy;

import org.jspecify.annotations.NullMarked;
