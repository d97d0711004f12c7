@NullMarked
package io.diffusion4j.clip.embed;

import org.jspecify.annotations.NullMarked;
