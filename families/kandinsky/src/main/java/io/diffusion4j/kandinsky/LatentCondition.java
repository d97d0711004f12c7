package io.diffusion4j.kandinsky;

import io.diffusion4j.diffusion.stage.Pixels;

/**
 * The conditioning of the U-Net for one picture. It does not depend on the timestep.
 *
 * @param size the size of the latents
 * @param context {@code [KandinskyUnet.TOKENS, contextDim]}
 * @param timeAdd {@code [timeEmbedDim]}
 * @param concat {@code [H, W, C]}: the network's inputs beside the noised latents; empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
record LatentCondition(Pixels size, float[] context, float[] timeAdd, float[] concat) {
  /** Returns the same condition with an input besides the latents. */
  LatentCondition seeing(float[] other) {
    return new LatentCondition(size, context, timeAdd, other);
  }
}
