/** Every error a client can receive. */
@NullMarked
package io.diffusion4j.serving.errors;

import org.jspecify.annotations.NullMarked;
