package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.part.Prompt;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.part.Upsampler;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * Other images that show the same: an image is encoded and decoded again, without words (Ramesh et
 * al. 2022, §3.1, from fresh noise).
 */
public final class ImageVariation {
  private final ImageEncoder imageEncoder;
  private final TextEncoder textEncoder;
  private final EmbeddingToImage images;

  /** Composes the stages. The text encoder encodes the empty prompt. */
  public ImageVariation(
      ImageEncoder imageEncoder,
      TextEncoder textEncoder,
      ImageDecoder decoder,
      Upsampler upsampler) {
    this.imageEncoder = imageEncoder;
    this.textEncoder = textEncoder;
    this.images = new EmbeddingToImage(decoder, upsampler);
  }

  /** Draws a variation of each image of the request. */
  public Result vary(Request request, SamplingListener listener) {
    return render(
        imageEncoder.encode(request.images()),
        request.noise(),
        request.decoder(),
        request.upsampler(),
        listener);
  }

  /**
   * Draws a variation for each embedding, as {@link #vary} does once it has them.
   *
   * @param imageEmbeddings un-normalised CLIP image embeddings
   * @param noise the randomness of each variation, as many as there are embeddings
   * @param decoder how the decoder samples
   * @param upsampler how the upsampler samples
   */
  public Result render(
      List<float[]> imageEmbeddings,
      List<NoiseSource> noise,
      SamplingSettings decoder,
      SamplingSettings upsampler,
      SamplingListener listener) {
    return render(imageEmbeddings, "", "", noise, decoder, upsampler, listener);
  }

  /**
   * Draws an image for each embedding, with words beside it.
   *
   * @param imageEmbeddings un-normalised CLIP image embeddings
   * @param text what the decoder reads besides an embedding; empty for nothing
   * @param negative what guidance moves away from; empty for the plain unconditional model
   * @param noise the randomness of each image, as many as there are embeddings
   * @param decoder how the decoder samples
   * @param upsampler how the upsampler samples
   */
  public Result render(
      List<float[]> imageEmbeddings,
      String text,
      String negative,
      List<NoiseSource> noise,
      SamplingSettings decoder,
      SamplingSettings upsampler,
      SamplingListener listener) {
    TextToImage.requireCount("noise", noise.size(), imageEmbeddings.size());
    Prompt prompt = Prompt.encode(textEncoder, text, negative);
    List<Draw<ImageDecoder.Condition>> draws = new ArrayList<>(imageEmbeddings.size());
    for (int i = 0; i < imageEmbeddings.size(); i++) {
      draws.add(
          new Draw<>(new ImageDecoder.Condition(imageEmbeddings.get(i), prompt), noise.get(i)));
    }
    EmbeddingToImage.Images drawn = images.render(draws, decoder, upsampler, listener);
    return new Result(imageEmbeddings, drawn.small(), drawn.large());
  }

  /**
   * What is wanted: one variation of each image.
   *
   * @param images of any size; repeat an image for more variations of it
   * @param noise the randomness of each variation, as many as there are images
   * @param decoder how the decoder samples
   * @param upsampler how the upsampler samples
   */
  public record Request(
      List<Image> images,
      List<NoiseSource> noise,
      SamplingSettings decoder,
      SamplingSettings upsampler) {
    public Request {
      images = List.copyOf(images);
      noise = List.copyOf(noise);
      if (images.isEmpty()) {
        throw new IllegalArgumentException("images: none (expected: at least one)");
      }
      TextToImage.requireCount("noise", noise.size(), images.size());
    }
  }

  /**
   * What was drawn, one of each for each image, in order.
   *
   * @param imageEmbeddings the un-normalised embeddings of the given images
   * @param small the variations as decoded
   * @param images the variations as upsampled
   */
  public record Result(List<float[]> imageEmbeddings, List<Image> small, List<Image> images) {
    public Result {
      imageEmbeddings = List.copyOf(imageEmbeddings);
      small = List.copyOf(small);
      images = List.copyOf(images);
    }
  }
}
