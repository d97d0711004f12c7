package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.part.Upsampler;

/**
 * The parts of unCLIP, of which everything that draws is composed. A part that a model does not
 * have fails when it is used.
 */
public record UnclipStages(
    TextEncoder textEncoder,
    Prior prior,
    ImageEncoder imageEncoder,
    ImageDecoder decoder,
    Upsampler upsampler) {
  /** Images of words. */
  public TextToImage textToImage() {
    return new TextToImage(textEncoder, prior, decoder, upsampler);
  }

  /** Images of image embeddings. */
  public ImageVariation imageVariation() {
    return new ImageVariation(imageEncoder, textEncoder, decoder, upsampler);
  }

  /** Images between two. */
  public ImageInterpolation imageInterpolation() {
    return new ImageInterpolation(imageEncoder, imageVariation());
  }

  /** Images changed in the direction of texts. */
  public TextDiff textDiff() {
    return new TextDiff(imageEncoder, textEncoder, decoder, upsampler);
  }

  /** The same stages, where those that draw pixels keep something of an image. */
  public UnclipStages editing(ImageEdit edit) {
    return new UnclipStages(
        textEncoder, prior, imageEncoder, edit.decoder(decoder), edit.upsampler(upsampler));
  }
}
