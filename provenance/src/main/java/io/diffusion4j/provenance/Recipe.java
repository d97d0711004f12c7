package io.diffusion4j.provenance;

/**
 * A text in a PNG file that the signature covers: how to draw the picture again.
 *
 * @param keyword of the {@code iTXt} chunk
 * @param text any text
 */
public record Recipe(String keyword, String text) {}
