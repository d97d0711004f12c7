package io.diffusion4j.decoder;

/**
 * What the decoder's network is told about one image: the outputs of the text projection, which do
 * not depend on the time and so are computed once per image.
 *
 * @param context {@code [L, contextDim]}
 * @param present {@code [L]}: 1 for tokens to be seen, 0 for padding
 * @param timeAdd {@code [timeEmbedDim]}
 */
public record DecoderCondition(float[] context, float[] present, float[] timeAdd) {}
