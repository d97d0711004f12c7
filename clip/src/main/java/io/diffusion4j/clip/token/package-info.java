/**
 * Words as token ids: the byte-level byte-pair encoding of CLIP (Radford et al. 2021, §2.4), and of
 * GPT-2 as GLIDE uses it.
 *
 * <p>Starting points: {@link io.diffusion4j.clip.token.ClipTokenizer} encodes prompts, {@link
 * io.diffusion4j.clip.token.BpeTrainer} learns a vocabulary from captions.
 */
@NullMarked
package io.diffusion4j.clip.token;

import org.jspecify.annotations.NullMarked;
