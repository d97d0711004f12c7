package io.diffusion4j.glide;

import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetLayout;
import io.diffusion4j.diffusion.argument.Check;
import java.util.List;

/**
 * The shape of one of GLIDE's networks: a U-Net and its text transformer.
 *
 * @param unet the U-Net, whose context is as wide as the transformer
 * @param text the transformer
 * @param vocabulary the number of tokens
 * @param textLength the length of a text, L
 */
public record GlideConfig(UnetConfig unet, Transformer text, int vocabulary, int textLength) {
  private static final double EPS = 1e-5;
  private static final int VOCABULARY = 50_257;
  private static final int TEXT_LENGTH = 128;

  public GlideConfig {
    Check.that(
        unet.contextDim() == text.width(), "xf_width", text.width(), "%s", unet.contextDim());
    Check.that(vocabulary >= 1, "n_vocab", vocabulary, "≥ 1");
    Check.that(textLength >= 1, "text_ctx", textLength, "≥ 1");
  }

  /**
   * Checks that a tokenizer has as many tokens as the network.
   *
   * @throws IllegalArgumentException if the numbers differ
   */
  public void requireFits(Gpt2Tokenizer tokenizer) {
    int size = tokenizer.vocabulary().size();
    Check.that(size == vocabulary, "n_vocab", vocabulary, "the tokenizer's %s", size);
  }

  /** Returns the shape of the published base model of 64×64 pixels. */
  public static GlideConfig base() {
    return base(ConcatConditioning.NOTHING);
  }

  /** Returns the shape of the published base model of 64×64 pixels for inpainting. */
  public static GlideConfig baseInpaint() {
    return base(ConcatConditioning.KNOWN);
  }

  /** Returns the shape of the published upsampler to 256×256 pixels. */
  public static GlideConfig upsampler() {
    return upsampler(ConcatConditioning.LOW);
  }

  /** Returns the shape of the published upsampler to 256×256 pixels for inpainting. */
  public static GlideConfig upsamplerInpaint() {
    return upsampler(ConcatConditioning.KNOWN_AND_LOW);
  }

  private static GlideConfig base(ConcatConditioning beside) {
    return published(64, beside, List.of(1.0, 2.0, 3.0, 4.0), List.of(2, 4, 8), 3);
  }

  private static GlideConfig upsampler(ConcatConditioning beside) {
    return published(256, beside, List.of(1.0, 1.0, 2.0, 2.0, 4.0, 4.0), List.of(8, 16, 32), 2);
  }

  private static GlideConfig published(
      int size,
      ConcatConditioning beside,
      List<Double> channelMult,
      List<Integer> attention,
      int layers) {
    var text = transformer(512, 16, 8);
    return new GlideConfig(
        UnetConfig.openAi(
            UnetLayout.OPENAI,
            size,
            3,
            beside,
            6,
            192,
            channelMult,
            attention,
            layers,
            LevelChange.RESIDUAL_BLOCK,
            TimeConditioning.SCALE_SHIFT,
            Heads.ofWidth(64),
            0,
            text.width(),
            32),
        text,
        VOCABULARY,
        TEXT_LENGTH);
  }

  /** Returns GLIDE's name for a transformer of this width. */
  static Transformer transformer(int width, int layers, int heads) {
    return new Transformer(width, 4 * width, layers, heads, Activation.GELU, EPS);
  }
}
