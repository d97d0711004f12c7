package io.diffusion4j.latent;

import io.diffusion4j.diffusion.stage.Pixels;

/**
 * The conditioning of the U-Net for one picture. It does not depend on the timestep.
 *
 * @param size the size of the latents
 * @param states {@code [L, contextDim]}: the states of the text
 * @param beside {@code [H, W, C]}: what the network sees beside the noised latents; empty for none
 * @param guidance the {@link GuidanceEmbedding}; empty for none
 * @param label the class label; empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
record UnetCondition(Pixels size, float[] states, float[] beside, float[] guidance, float[] label) {
  /** Returns the condition of a text alone. */
  static UnetCondition of(Pixels size, float[] states) {
    return new UnetCondition(size, states, new float[0], new float[0], new float[0]);
  }

  /** Returns the same condition with other tokens in place of the text. */
  UnetCondition withStates(float[] other) {
    return new UnetCondition(size, other, beside, guidance, label);
  }

  /** Returns the same condition with an input beside the latents. */
  UnetCondition beside(float[] other) {
    return new UnetCondition(size, states, other, guidance, label);
  }

  /** Returns the same condition with the embedding of a guidance scale. */
  UnetCondition guided(float[] embedding) {
    return new UnetCondition(size, states, beside, embedding, label);
  }

  /** Returns the same condition with a class label. */
  UnetCondition labelled(float[] other) {
    return new UnetCondition(size, states, beside, guidance, other);
  }
}
