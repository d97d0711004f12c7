/** Tests of the HTTP port that need no service behind it. */
@NullMarked
package io.diffusion4j.serving.http;

import org.jspecify.annotations.NullMarked;
