package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.guidance.Guidance;


import io.diffusion4j.diffusion.embedding.Slerp;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Pyramid;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.part.Prompt;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.diffusion.part.Upsampler;
import io.diffusion4j.diffusion.solver.DdimInversion;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Projection;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;

/**
 * Changes an image in the direction from one text to another (Ramesh et al. 2022, §3.3).
 *
 * <p>The image is its embedding z_i and the noise x_T that the decoder would have drawn it from, by
 * DDIM inversion. The direction is z_d = z_t − z_t₀ of the texts' embeddings, normalised to the
 * length of z_i; z_i is turned towards it by spherical interpolation, and decoded from the same
 * x_T. A deterministic sampler keeps the most of the image, and gives it back where nothing is
 * turned.
 */
public final class TextDiff {
  /** Guidance goes farther than the flow that is to be followed back. */
  private static final GuidanceScale UNGUIDED = GuidanceScale.constant(1);

  private final ImageEncoder imageEncoder;
  private final TextEncoder textEncoder;
  private final ImageDecoder decoder;
  private final Upsampler upsampler;

  /** Composes the stages. The text encoder also encodes the empty prompt. */
  public TextDiff(
      ImageEncoder imageEncoder,
      TextEncoder textEncoder,
      ImageDecoder decoder,
      Upsampler upsampler) {
    this.imageEncoder = imageEncoder;
    this.textEncoder = textEncoder;
    this.decoder = decoder;
    this.upsampler = upsampler;
  }

  /** How many steps the decoder takes when it is asked for so many: there and back. */
  public static int decoderSteps(int steps) {
    return Math.multiplyExact(2, steps);
  }

  /** Draws an image for each noise source of the request. */
  public EmbeddingToImage.Images change(Request request, SamplingListener listener) {
    List<TextEncoding> texts =
        textEncoder.encode(List.of("", request.fromText(), request.toText()));
    Prompt nothing = new Prompt(texts.get(0), texts.get(0));
    float[] z = imageEncoder.encode(List.of(request.image())).get(0);
    float[] changed =
        turned(z, texts.get(1).embedding(), texts.get(2).embedding(), request.ratio());
    float[] xT = invert(new ImageDecoder.Condition(z, nothing), request, half(0, listener));
    var condition = new ImageDecoder.Condition(changed, nothing);
    var start = Projection.startingAt(xT);
    ImageDecoder back = (draws, settings, at) -> decoder.decode(draws, settings, half(1, at));
    return new EmbeddingToImage(back, upsampler)
        .render(
            request.noise().stream().map(noise -> new Draw<>(condition, noise, start)).toList(),
            request.decoder(),
            request.upsampler(),
            listener);
  }

  /** z_θ = slerp(z_i, z_d, θ); z_i if the texts mean the same. */
  private static float[] turned(float[] z, float[] from, float[] to, double ratio) {
    float[] direction = new float[to.length];
    for (int i = 0; i < direction.length; i++) {
      direction[i] = to[i] - from[i];
    }
    double length = Vectors.length(direction);
    if (length == 0) {
      return z;
    }
    double scale = Vectors.length(z) / length;
    for (int i = 0; i < direction.length; i++) {
      direction[i] = (float) (scale * direction[i]);
    }
    return Slerp.between(z, direction, ratio);
  }

  /** x_T, once for all images: there is no chance in it. */
  private float[] invert(
      ImageDecoder.Condition condition, Request request, SamplingListener listener) {
    var clean = new Pyramid(request.image());
    var draw =
        new Draw<>(
            condition,
            request.noise().get(0),
            (x, at) -> {
              if (at.step() == 0) {
                System.arraycopy(clean.levelOfRow(x.length), 0, x, 0, x.length);
              }
            });
    var settings = request.decoder().withSampler(new DdimInversion()).withGuidanceScale(UNGUIDED);
    return decoder.decode(List.of(draw), settings, listener).get(0).pixels();
  }

  /** Shows the way there (0) and the way back (1) as the halves of one. */
  private static SamplingListener half(int half, SamplingListener listener) {
    return at -> {
      if (half == 0 || at.step() > 0) { // the end of the first half is the start of the second
        listener.onProgress(
            new SamplingListener.Progress(
                at.stage(), half * at.steps() + at.step(), 2 * at.steps(), at.x0()));
      }
    };
  }

  /**
   * What is wanted: a changed image.
   *
   * @param image square
   * @param fromText what the image shows
   * @param toText what it is to show
   * @param ratio θ, in [0, 1]: 0 keeps the image, 1 forgets it for the direction; up to 0.25 or 0.5
   *     in the paper
   * @param noise the randomness of each image, at least one
   * @param decoder how the decoder samples; DDIM inversion takes as many steps, without guidance,
   *     and so the image is given back best without guidance too
   * @param upsampler how the upsampler samples
   */
  public record Request(
      Image image,
      String fromText,
      String toText,
      double ratio,
      List<NoiseSource> noise,
      SamplingSettings decoder,
      SamplingSettings upsampler) {
    public Request {
      Slerp.requireRatio(ratio);
      noise = List.copyOf(noise);
      if (noise.isEmpty()) {
        throw new IllegalArgumentException("noise: none (expected: at least one)");
      }
    }
  }
}
