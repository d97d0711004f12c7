package io.diffusion4j.benchmarks.samplers;

import com.google.inject.Guice;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.ImageDecoder.Condition;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.unclip.UnclipModel;
import io.diffusion4j.unclip.UnclipModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Measures how fast the deterministic samplers converge to the picture that a model's decoder draws
 * with very many steps. From the same noise they all solve the same differential equation, so the
 * distance to a fine solution is the error of too few steps; it is not a measure of image quality.
 */
final class SamplerConvergence {
  /** The solver of the fine solution, of second order. */
  static final String REFERENCE = "dpmpp-2m";

  private static final int TRAIN_STEPS = 1000;
  private static final int PROBE_STEPS = 10;
  private static final List<String> PROMPTS =
      List.of(
          "a red apple on a blue background",
          "a dog",
          "a green frog",
          "two lemons on a white table");
  private static final int BATCH = PROMPTS.size();
  private static final long SEED = 7;
  private static final SamplingSettings PRIOR = new SamplingSettings(new DdimSampler(0), 25, 2);

  private final ImageDecoder decoder;
  private final double guidanceScale;
  private final List<Draw<Condition>> draws;
  private final List<Image> reference;

  /**
   * The result of a sampler with a number of steps.
   *
   * @param calls calls of the network, at least {@code steps}
   * @param distance root mean square difference to the reference, of pixels in [−1, 1]
   * @param millis wall-clock time per image, in a batch of four
   */
  record Measured(String sampler, int steps, int calls, double distance, double millis) {}

  /**
   * Draws the reference.
   *
   * @param referenceSteps number of steps of the reference
   * @param guidanceScale guidance scale of the decoder
   */
  SamplerConvergence(UnclipModel model, int referenceSteps, double guidanceScale) {
    var injector = Guice.createInjector(new UnclipModule(model));
    this.decoder = injector.getInstance(ImageDecoder.class);
    this.guidanceScale = guidanceScale;
    this.draws = draws(injector.getInstance(TextEncoder.class), injector.getInstance(Prior.class));
    this.reference =
        decoder.decode(
            draws,
            new SamplingSettings(
                Samplers.standard().named(REFERENCE), referenceSteps, guidanceScale),
            SamplingListener.NONE);
  }

  private static List<Draw<Condition>> draws(TextEncoder encoder, Prior prior) {
    List<String> texts = new ArrayList<>(PROMPTS);
    texts.add("");
    var encodings = encoder.encode(texts);
    List<Draw<Prompt>> prompts =
        IntStream.range(0, BATCH)
            .mapToObj(
                i ->
                    new Draw<>(
                        new Prompt(encodings.get(i), encodings.get(BATCH)),
                        new PhiloxNoise(SEED, i)))
            .toList();
    List<float[]> embeddings = prior.sample(prompts, PRIOR, SamplingListener.NONE);
    return IntStream.range(0, BATCH)
        .mapToObj(
            i ->
                new Draw<>(
                    new Condition(embeddings.get(i), prompts.get(i).condition()),
                    prompts.get(i).noise()))
        .toList();
  }

  /** Returns the deterministic samplers by name. */
  static List<String> deterministic() {
    return Samplers.standard().names().stream()
        .filter(
            name ->
                plan(Samplers.standard().named(name), PROBE_STEPS)
                    .filter(SamplerConvergence::isDeterministic)
                    .isPresent())
        .toList();
  }

  private static boolean isDeterministic(SamplingPlan plan) {
    var steps = plan.steps();
    return steps.stream().allMatch(step -> step.update().noise().isNone())
        && steps.get(0).alphaBar() < steps.get(steps.size() - 1).alphaBar();
  }

  /** Returns an empty result if the sampler does not support so few steps. */
  Optional<Measured> measure(String name, int steps) {
    Sampler sampler = Samplers.standard().named(name);
    if (plan(sampler, steps).isEmpty()) {
      return Optional.empty();
    }
    int[] calls = {0};
    long begin = System.nanoTime();
    List<Image> images =
        decoder.decode(
            draws,
            new SamplingSettings(sampler, steps, guidanceScale),
            progress -> calls[0] = progress.steps());
    double millis = 1e-6 * (System.nanoTime() - begin) / BATCH;
    return Optional.of(new Measured(name, steps, calls[0], distance(images), millis));
  }

  private static Optional<SamplingPlan> plan(Sampler sampler, int steps) {
    try {
      return Optional.of(
          sampler.plan(
              new CosineSchedule(TRAIN_STEPS), TimestepSpacings.UNCLIP.of(TRAIN_STEPS, steps)));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // samplers reject a number of steps in this way
    }
  }

  private double distance(List<Image> images) {
    double sum = 0;
    long count = 0;
    for (int i = 0; i < images.size(); i++) {
      float[] pixels = images.get(i).pixels();
      float[] expected = reference.get(i).pixels();
      for (int p = 0; p < pixels.length; p++) {
        double difference = pixels[p] - expected[p];
        sum += difference * difference;
      }
      count += pixels.length;
    }
    return Math.sqrt(sum / count);
  }
}
