@NullMarked
package io.diffusion4j.local;

import org.jspecify.annotations.NullMarked;
