package io.diffusion4j.diffusion;

import io.diffusion4j.diffusion.text.TextEncoding;

/**
 * What is asked for in words.
 *
 * @param text the prompt
 * @param negative what guidance moves away from; the encoding of the empty prompt unless the caller
 *     asks otherwise
 */
public record Prompt(TextEncoding text, TextEncoding negative) {}
