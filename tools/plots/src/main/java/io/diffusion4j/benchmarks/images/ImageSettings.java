package io.diffusion4j.benchmarks.images;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.unclip.Defaults;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The settings of the measured images, with the default guidance of {@code generate}.
 *
 * @param priorSteps steps of the prior
 * @param decoderSteps the number of steps of the decoder
 * @param upsamplerSteps the number of steps of the upsampler
 * @param precision the precision of all networks
 * @param warmup images of the warm-up, at least 1
 * @param images measured images, at least 1
 */
public record ImageSettings(
    int priorSteps,
    int decoderSteps,
    int upsamplerSteps,
    Precision precision,
    int warmup,
    int images) {
  static final ImageTask TASK = ImageTask.of("a red apple on a blue background");

  public ImageSettings {
    int[] counts = {priorSteps, decoderSteps, upsamplerSteps, warmup, images};
    Check.that(
        Arrays.stream(counts).allMatch(n -> n >= 1),
        "steps and images",
        Arrays.toString(counts),
        "≥ 1");
  }

  Map<String, SamplingSettings> stages(Sampler sampler) {
    return Map.of(
        Prior.STAGE,
        new SamplingSettings(sampler, priorSteps, Defaults.PRIOR_GUIDANCE),
        ImageDecoder.STAGE,
        new SamplingSettings(sampler, decoderSteps, Defaults.DECODER_GUIDANCE),
        Upsampler.STAGE,
        new SamplingSettings(sampler, upsamplerSteps, 1));
  }

  /** Formats the settings as arguments of another process. */
  List<String> toArguments() {
    return List.of(
        Integer.toString(priorSteps),
        Integer.toString(decoderSteps),
        Integer.toString(upsamplerSteps),
        precision.name(),
        Integer.toString(warmup),
        Integer.toString(images));
  }

  static ImageSettings fromArguments(List<String> arguments) {
    return new ImageSettings(
        Integer.parseInt(arguments.get(0)),
        Integer.parseInt(arguments.get(1)),
        Integer.parseInt(arguments.get(2)),
        Precision.valueOf(arguments.get(3)),
        Integer.parseInt(arguments.get(4)),
        Integer.parseInt(arguments.get(5)));
  }
}
