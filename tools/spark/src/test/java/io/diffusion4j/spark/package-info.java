@NullMarked
package io.diffusion4j.spark;

import org.jspecify.annotations.NullMarked;
