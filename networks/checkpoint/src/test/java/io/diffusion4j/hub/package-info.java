@NullMarked
package io.diffusion4j.hub;

import org.jspecify.annotations.NullMarked;
