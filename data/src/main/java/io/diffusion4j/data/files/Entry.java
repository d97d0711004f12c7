package io.diffusion4j.data.files;

/**
 * A picture among files.
 *
 * @param key its path within the set, with {@code /}
 */
record Entry(String key, Bytes picture, Captions captions) {}
