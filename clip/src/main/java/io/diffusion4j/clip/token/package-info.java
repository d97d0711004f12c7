/**
 * Words as token ids: the byte-level byte-pair encoding of CLIP ({@link
 * io.diffusion4j.clip.token.ClipTokenizer}) and of GPT-2 as GLIDE uses it.
 */
@NullMarked
package io.diffusion4j.clip.token;

import org.jspecify.annotations.NullMarked;
