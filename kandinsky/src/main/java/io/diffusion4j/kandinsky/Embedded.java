package io.diffusion4j.kandinsky;

/**
 * What a picture is drawn of.
 *
 * @param image the image embedding, {@code [E]}
 * @param negative what guidance leads away from, {@code [E]}
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
record Embedded(float[] image, float[] negative) {}
