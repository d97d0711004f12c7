package io.diffusion4j.kandinsky;

/**
 * The embeddings from which a picture is drawn.
 *
 * @param image the image embedding, {@code [E]}
 * @param negative the embedding that guidance moves away from, {@code [E]}
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
record Embedded(float[] image, float[] negative) {}
