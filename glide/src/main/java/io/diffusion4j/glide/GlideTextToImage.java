package io.diffusion4j.glide;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.SectionSpacing;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler.Variance;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.glide.GlideCondition.Known;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * GLIDE (Nichol et al. 2022): a base draws a small image of a text with classifier-free guidance,
 * and an upsampler that reads the text too draws a large one beside it. Networks for pictures with
 * missing parts complete a given one (§4, "image inpainting"), or draw a whole one.
 */
public final class GlideTextToImage {
  /** The name of the stage that draws small images. */
  public static final String BASE = "base";

  /** The name of the stage that draws large images. */
  public static final String UPSAMPLER = "upsampler";

  /**
   * What the upsampler's first noise is multiplied by: a little less noise makes a smoother image.
   */
  private static final float TEMPERATURE = 0.997f;

  private static final int TRAIN_STEPS = 1000;

  private final TextEncoder baseText;
  private final TextEncoder upsamplerText;
  private final DiffusionStage<Guidance<GlideCondition>> base;
  private final DiffusionStage<GlideCondition> upsampler;
  private final int baseSize;
  private final int upsamplerSize;

  /** Composes two models. */
  public GlideTextToImage(GlideModel base, GlideModel upsampler) {
    this(base, base.denoiser(), upsampler, upsampler.denoiser());
  }

  /**
   * Composes two models.
   *
   * @param baseNetwork the base's own, or a decorated one
   * @param upsamplerNetwork the upsampler's own, or a decorated one
   */
  public GlideTextToImage(
      GlideModel base,
      Denoiser<GlideCondition> baseNetwork,
      GlideModel upsampler,
      Denoiser<GlideCondition> upsamplerNetwork) {
    this(
        base,
        baseNetwork,
        base.config().unet().sampleSize(),
        upsampler,
        upsamplerNetwork,
        upsampler.config().unet().sampleSize());
  }

  GlideTextToImage(
      TextEncoder baseText,
      Denoiser<GlideCondition> baseNetwork,
      int baseSize,
      TextEncoder upsamplerText,
      Denoiser<GlideCondition> upsamplerNetwork,
      int upsamplerSize) {
    this.baseText = baseText;
    this.upsamplerText = upsamplerText;
    this.baseSize = baseSize;
    this.upsamplerSize = upsamplerSize;
    this.base =
        new DiffusionStage<>(
            BASE,
            new GuidedDenoiser<>(baseNetwork),
            new CosineSchedule(TRAIN_STEPS),
            new SectionSpacing(),
            X0Treatment.clip(1),
            baseSize * baseSize * 3);
    this.upsampler =
        new DiffusionStage<>(
            UPSAMPLER,
            upsamplerNetwork,
            new LinearSchedule(TRAIN_STEPS),
            new FastSpacing(),
            X0Treatment.clip(1),
            upsamplerSize * upsamplerSize * 3);
  }

  /** How the base samples in GLIDE's own demonstration: 100 ancestral steps, guided by 3. */
  public static SamplingSettings baseSettings() {
    return new SamplingSettings(new DdpmSampler(Variance.LEARNED_RANGE), 100, 3);
  }

  /** How the upsampler samples in GLIDE's own demonstration: 27 steps of DDIM, unguided. */
  public static SamplingSettings upsamplerSettings() {
    return new SamplingSettings(new DdimSampler(0), FastSpacing.STEPS, 1);
  }

  /** How the base completes a picture in GLIDE's own demonstration: guided by 5. */
  public static SamplingSettings inpaintBaseSettings() {
    return new SamplingSettings(new DdpmSampler(Variance.LEARNED_RANGE), 100, 5);
  }

  /** How the upsampler completes a picture in GLIDE's own demonstration: ancestral as well. */
  public static SamplingSettings inpaintUpsamplerSettings() {
    return new SamplingSettings(new DdpmSampler(Variance.LEARNED_RANGE), FastSpacing.STEPS, 1);
  }

  /**
   * Draws an image for each prompt of the request.
   *
   * @throws IllegalArgumentException if a picture is to be completed and the networks were not
   *     trained to
   */
  public Result generate(Request request, SamplingListener listener) {
    int count = request.prompts().size();
    Optional<Known> smallKnown = request.known().map(known -> known.at(baseSize));
    Optional<Known> largeKnown = request.known().map(known -> known.above(baseSize, upsamplerSize));
    List<String> texts = new ArrayList<>(request.prompts());
    texts.add("");
    List<TextEncoding> encodings = baseText.encode(texts);
    var nothing = condition(encodings.get(count), smallKnown);
    List<Draw<Guidance<GlideCondition>>> draws = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      var condition = condition(encodings.get(i), smallKnown);
      var guidance = new Guidance<>(condition, nothing, request.base().guidanceScale());
      draws.add(new Draw<>(guidance, request.noise().get(i)));
    }
    List<Image> small =
        held(base, smallKnown).sample(draws, request.base(), listener).stream()
            .map(pixels -> new Image(baseSize, baseSize, pixels))
            .toList();

    List<TextEncoding> readAgain = upsamplerText.encode(request.prompts());
    List<Draw<GlideCondition>> enlarging = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      var condition = condition(readAgain.get(i), largeKnown).beside(enlarge(small.get(i)));
      enlarging.add(new Draw<>(condition, new Tempered(request.noise().get(i))));
    }
    List<Image> large =
        held(upsampler, largeKnown).sample(enlarging, request.upsampler(), listener).stream()
            .map(pixels -> new Image(upsamplerSize, upsamplerSize, pixels))
            .toList();
    return new Result(small, large);
  }

  private static GlideCondition condition(TextEncoding text, Optional<Known> known) {
    var condition = GlideCondition.of(text);
    return known.map(condition::knowing).orElse(condition);
  }

  private static <C> DiffusionStage<C> held(DiffusionStage<C> stage, Optional<Known> known) {
    return known
        .map(
            part ->
                new DiffusionStage<>(
                    stage.name(),
                    stage.denoiser(),
                    stage.schedule(),
                    stage.spacing(),
                    new KnownPixels.Held(part),
                    stage.rowSize()))
        .orElse(stage);
  }

  /** What the upsampler sees of a small image: as its bytes would have it, enlarged bilinearly. */
  private Image enlarge(Image small) {
    float[] pixels = small.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.rint((pixels[i] + 1) * 127.5f) / 127.5f - 1;
    }
    return Resize.bilinear(
        new Image(small.width(), small.height(), pixels), upsamplerSize, upsamplerSize);
  }

  /** Less noise to begin with, and as much as ever after. */
  private record Tempered(NoiseSource noise) implements NoiseSource {
    @Override
    public float[] gaussian(String stage, int step, int size) {
      float[] values = noise.gaussian(stage, step, size);
      if (step == INITIAL) {
        for (int i = 0; i < values.length; i++) {
          values[i] *= TEMPERATURE;
        }
      }
      return values;
    }
  }

  /**
   * What is wanted: one image for each prompt.
   *
   * @param prompts what the images should show; repeat a prompt for more images of it
   * @param noise the randomness of each image, as many as there are prompts
   * @param base how the base samples
   * @param upsampler how the upsampler samples; it is never guided
   * @param known the picture that all of the images complete, if there is one
   */
  public record Request(
      List<String> prompts,
      List<NoiseSource> noise,
      SamplingSettings base,
      SamplingSettings upsampler,
      Optional<KnownPixels> known) {
    /** Whole images. */
    public Request(
        List<String> prompts,
        List<NoiseSource> noise,
        SamplingSettings base,
        SamplingSettings upsampler) {
      this(prompts, noise, base, upsampler, Optional.empty());
    }

    /** The same images as completions of a picture. */
    public Request completing(KnownPixels picture) {
      return new Request(prompts, noise, base, upsampler, Optional.of(picture));
    }

    public Request {
      prompts = List.copyOf(prompts);
      noise = List.copyOf(noise);
      if (prompts.isEmpty()) {
        throw new IllegalArgumentException("prompts: none (expected: at least one)");
      }
      if (noise.size() != prompts.size()) {
        throw new IllegalArgumentException(
            "noise: " + noise.size() + " (expected: " + prompts.size() + ")");
      }
    }
  }

  /**
   * What was drawn, one of each for each prompt, in order.
   *
   * @param small the images of the base
   * @param images the images of the upsampler
   */
  public record Result(List<Image> small, List<Image> images) {
    public Result {
      small = List.copyOf(small);
      images = List.copyOf(images);
    }
  }
}
