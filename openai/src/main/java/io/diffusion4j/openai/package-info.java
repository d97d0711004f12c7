/**
 * The HTTP API that DALL-E 2 was offered by: {@code /v1/images/generations}, {@code edits} and
 * {@code variations}, and {@code /v1/models}, for clients that were written for it.
 */
@NullMarked
package io.diffusion4j.openai;

import org.jspecify.annotations.NullMarked;
