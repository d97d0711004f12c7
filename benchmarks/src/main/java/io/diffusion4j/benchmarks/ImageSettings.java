package io.diffusion4j.benchmarks;

import io.diffusion4j.diffusion.SamplingSettings;
import io.diffusion4j.diffusion.TextToImage;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.tf.nn.Precision;
import java.util.Arrays;
import java.util.List;

/**
 * How the measured image is made.
 *
 * @param priorSteps of the prior
 * @param decoderSteps of the decoder
 * @param upsamplerSteps of the upsampler
 * @param precision of all networks
 */
record ImageSettings(int priorSteps, int decoderSteps, int upsamplerSteps, Precision precision) {
  private static final String PROMPT = "a red apple on a blue background";

  private static final double PRIOR_GUIDANCE = 4;
  private static final double DECODER_GUIDANCE = 4;

  TextToImage.Request request(Sampler sampler, long seed) {
    return TextToImage.Request.of(
        PROMPT,
        1,
        seed,
        new SamplingSettings(sampler, priorSteps, PRIOR_GUIDANCE),
        new SamplingSettings(sampler, decoderSteps, DECODER_GUIDANCE),
        new SamplingSettings(sampler, upsamplerSteps, 1));
  }

  /** As arguments of another process. */
  List<String> toArguments() {
    return List.of(
        Integer.toString(priorSteps),
        Integer.toString(decoderSteps),
        Integer.toString(upsamplerSteps),
        precision.name());
  }

  static ImageSettings fromArguments(List<String> arguments) {
    int[] steps = arguments.subList(0, 3).stream().mapToInt(Integer::parseInt).toArray();
    if (Arrays.stream(steps).anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException("steps: " + Arrays.toString(steps) + " (expected: ≥ 1)");
    }
    return new ImageSettings(steps[0], steps[1], steps[2], Precision.valueOf(arguments.get(3)));
  }
}
