/** Tokens against an issuer that publishes its keys over HTTP. */
@NullMarked
package io.diffusion4j.serving.jwt;

import org.jspecify.annotations.NullMarked;
