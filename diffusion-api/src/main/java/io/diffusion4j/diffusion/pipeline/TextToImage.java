package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.part.Prompt;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.diffusion.part.Upsampler;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * unCLIP (Ramesh et al. 2022, fig. 2): a prompt becomes a text encoding, the prior draws the image
 * embedding it could belong to, the decoder draws an image that has this embedding, and the
 * upsampler enlarges it.
 */
public final class TextToImage {
  private final TextEncoder textEncoder;
  private final Prior prior;
  private final EmbeddingToImage images;

  /** Composes the stages. */
  public TextToImage(
      TextEncoder textEncoder, Prior prior, ImageDecoder decoder, Upsampler upsampler) {
    this.textEncoder = textEncoder;
    this.prior = prior;
    this.images = new EmbeddingToImage(decoder, upsampler);
  }

  /** Draws an image for each prompt of the request. */
  public Result generate(Request request, SamplingListener listener) {
    List<Prompt> prompts = encode(request);
    List<Draw<Prompt>> draws = new ArrayList<>(prompts.size());
    for (int i = 0; i < prompts.size(); i++) {
      draws.add(new Draw<>(prompts.get(i), request.noise().get(i)));
    }
    List<float[]> embeddings = prior.sample(draws, request.prior(), listener);
    return render(request, prompts, embeddings, listener);
  }

  /**
   * Draws an image for each embedding, as {@link #generate} does once it has them: the way to see
   * the same embeddings again, interpolated ones, or those of other images.
   *
   * @param request its settings and noise
   * @param prompts as in an earlier result, one for each embedding
   * @param imageEmbeddings un-normalised CLIP image embeddings, as many as the request has prompts
   */
  public Result render(
      Request request,
      List<Prompt> prompts,
      List<float[]> imageEmbeddings,
      SamplingListener listener) {
    requireCount("prompts", prompts.size(), request.noise().size());
    requireCount("imageEmbeddings", imageEmbeddings.size(), request.noise().size());
    List<Draw<ImageDecoder.Condition>> draws = new ArrayList<>(prompts.size());
    for (int i = 0; i < prompts.size(); i++) {
      draws.add(
          new Draw<>(
              new ImageDecoder.Condition(imageEmbeddings.get(i), prompts.get(i)),
              request.noise().get(i)));
    }
    EmbeddingToImage.Images drawn =
        images.render(draws, request.decoder(), request.upsampler(), listener);
    return new Result(prompts, imageEmbeddings, drawn.small(), drawn.large());
  }

  /** Encodes each text once, however many images share it. */
  private List<Prompt> encode(Request request) {
    Set<String> distinct = new LinkedHashSet<>(request.prompts());
    distinct.add(request.negative());
    List<String> texts = List.copyOf(distinct);
    List<TextEncoding> encodings = textEncoder.encode(texts);
    TextEncoding negative = encodings.get(texts.indexOf(request.negative()));
    return request.prompts().stream()
        .map(prompt -> new Prompt(encodings.get(texts.indexOf(prompt)), negative))
        .toList();
  }

  static void requireCount(String name, int count, int expected) {
    if (count != expected) {
      throw new IllegalArgumentException(name + ": " + count + " (expected: " + expected + ")");
    }
  }

  /**
   * What is wanted: one image for each prompt.
   *
   * @param prompts what the images should show; repeat a prompt for more images of it
   * @param negative what guidance moves away from; empty for the plain unconditional model
   * @param noise the randomness of each image, as many as there are prompts
   * @param prior how the prior samples
   * @param decoder how the decoder samples
   * @param upsampler how the upsampler samples
   */
  public record Request(
      List<String> prompts,
      String negative,
      List<NoiseSource> noise,
      SamplingSettings prior,
      SamplingSettings decoder,
      SamplingSettings upsampler) {
    public Request {
      prompts = List.copyOf(prompts);
      noise = List.copyOf(noise);
      if (prompts.isEmpty()) {
        throw new IllegalArgumentException("prompts: none (expected: at least one)");
      }
      requireCount("noise", noise.size(), prompts.size());
    }

    /** Some images of one prompt, all from one seed. */
    public static Request of(
        String prompt,
        int count,
        long seed,
        SamplingSettings prior,
        SamplingSettings decoder,
        SamplingSettings upsampler) {
      if (count < 1) {
        throw new IllegalArgumentException("count: " + count + " (expected: ≥ 1)");
      }
      return new Request(
          IntStream.range(0, count).mapToObj(i -> prompt).toList(),
          "",
          IntStream.range(0, count)
              .<NoiseSource>mapToObj(image -> new PhiloxNoise(seed, image))
              .toList(),
          prior,
          decoder,
          upsampler);
    }

    /** The same with another negative prompt. */
    public Request withNegative(String text) {
      return new Request(prompts, text, noise, prior, decoder, upsampler);
    }
  }

  /**
   * What was drawn, one of each for each prompt, in order.
   *
   * @param prompts the encoded prompts
   * @param imageEmbeddings the un-normalised image embeddings the prior drew
   * @param small the images as decoded
   * @param images the images as upsampled
   */
  public record Result(
      List<Prompt> prompts, List<float[]> imageEmbeddings, List<Image> small, List<Image> images) {
    public Result {
      prompts = List.copyOf(prompts);
      imageEmbeddings = List.copyOf(imageEmbeddings);
      small = List.copyOf(small);
      images = List.copyOf(images);
    }
  }
}
