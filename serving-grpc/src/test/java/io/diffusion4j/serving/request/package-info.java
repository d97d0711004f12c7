/** Tests of how requests are resolved that need no server. */
@NullMarked
package io.diffusion4j.serving.request;

import org.jspecify.annotations.NullMarked;
