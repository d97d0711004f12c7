package io.diffusion4j.provenance;

/**
 * The recipe in a PNG file, a text that the signature covers.
 *
 * @param keyword the keyword of the {@code iTXt} chunk
 * @param text any text
 */
public record Recipe(String keyword, String text) {}
