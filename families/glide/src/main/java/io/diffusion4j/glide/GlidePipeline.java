package io.diffusion4j.glide;

import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.GuidedStage;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextCoverage;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.guidance.OwnConditions;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.Inpainting;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.glide.GlideCondition.Known;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * GLIDE (Nichol et al. 2022): a base network draws a small image of a text with classifier-free
 * guidance, and an upsampler draws the large image, conditioned on the small one and the text.
 * Networks for inpainting (§4) complete a given picture, or draw a whole one.
 */
public final class GlidePipeline implements ImagePipeline {
  /** The factor of the upsampler's initial noise: slightly less noise makes a smoother image. */
  private static final float TEMPERATURE = 0.997f;

  private final ModelCard card;
  private final GlideParts parts;
  private final GuidanceRule guidance;
  private final UnaryOperator<StageChoices> choices;
  private final GuidedStage<GlideCondition, float[]> base;
  private final DiffusionStage<GlideCondition> upsampler;
  private final Optional<DiffusionDecoder.ClipGuide> clipGuide;
  private final Optional<ImageDecoder> decoder;
  private final Optional<Upsampler> enlarger;

  /**
   * Composes the parts.
   *
   * @param completes whether the networks complete pictures
   * @param guidance how the base's guidance scale is applied
   * @param choices samplers and spacings in addition to the standard ones
   * @param clipGuide a noised CLIP whose gradient can guide the base in place of classifier-free
   *     guidance
   * @param decoder draws the small images in place of the base
   * @param enlarger draws the large images in place of the upsampler; with either, pictures are not
   *     completed
   */
  public GlidePipeline(
      ModelIdentity identity,
      GlideParts parts,
      boolean completes,
      GuidanceRule guidance,
      UnaryOperator<StageChoices> choices,
      Optional<DiffusionDecoder.ClipGuide> clipGuide,
      Optional<ImageDecoder> decoder,
      Optional<Upsampler> enlarger) {
    this.clipGuide = clipGuide;
    this.decoder = decoder;
    this.enlarger = enlarger;
    this.parts = parts;
    this.guidance = guidance;
    this.choices = choices;
    Set<ImageTask.Kind> tasks = EnumSet.of(ImageTask.Kind.TEXT_TO_IMAGE);
    if (completes && decoder.isEmpty() && enlarger.isEmpty()) {
      tasks.add(ImageTask.Kind.INPAINT);
    }
    card =
        new ModelCard(
            identity,
            Pixels.square(parts.upsamplerSize()),
            ModelCard.Limits.DEFAULT,
            stages(ImageTask.Kind.TEXT_TO_IMAGE),
            tasks);
    base =
        GuidedStage.of(
            baseStage(false),
            parts.base(),
            values(parts.baseSize()),
            clipGuide.map(DiffusionDecoder.ClipGuide::gradient));
    upsampler =
        DiffusionStage.of(
            parts.upsamplerStage(false), parts.upsampler(), values(parts.upsamplerSize()));
  }

  private static int values(int size) {
    return size * size * 3;
  }

  @Override
  public ModelCard card() {
    return card;
  }

  @Override
  public List<Stage> stages(ImageTask.Kind kind) {
    boolean completes = kind == ImageTask.Kind.INPAINT;
    return List.of(
        decoder.map(ImageDecoder::stage).orElseGet(() -> baseStage(completes)),
        enlarger
            .map(Upsampler::stage)
            .orElseGet(() -> parts.upsamplerStage(completes).withChoices(choices)));
  }

  private Stage baseStage(boolean completes) {
    var plain =
        clipGuide.isPresent() ? parts.guidedBaseStage(completes) : parts.baseStage(completes);
    return plain.withChoices(choices);
  }

  @Override
  public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
    Map<String, Integer> steps = new LinkedHashMap<>();
    settings(task, settings).forEach((stage, own) -> steps.put(stage, own.steps()));
    return steps;
  }

  private Map<String, SamplingSettings> settings(
      ImageTask task, Map<String, SamplingSettings> asked) {
    Map<String, SamplingSettings> settings = defaults(task.kind());
    settings.replaceAll((stage, own) -> asked.getOrDefault(stage, own));
    return settings;
  }

  @Override
  public void check(ImageTask task, String stage, SamplingSettings settings) {
    if (task instanceof ImageTask.Inpaint inpaint) {
      Check.that(
          inpaint.resampling().equals(Resampling.NONE),
          "resampling",
          inpaint.resampling(),
          "none; GLIDE sees the known pixels at every step");
    }
    ImagePipeline.super.check(task, stage, settings);
  }

  @Override
  public TextCoverage texts() {
    return parts.baseText();
  }

  @Override
  public List<Image> draw(
      ImageTask task,
      Map<String, SamplingSettings> settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    task.requireFits(noise.size());
    Map<String, SamplingSettings> own = settings(task, settings);
    List<ImageTask.Words> words = IntStream.range(0, noise.size()).mapToObj(task::words).toList();
    Optional<KnownPixels> known = known(task);
    var stages = stages(task.kind());
    SamplingSettings ofBase = Objects.requireNonNull(own.get(stages.get(0).name()));
    SamplingSettings ofUpsampler = Objects.requireNonNull(own.get(stages.get(1).name()));
    List<Image> small =
        decoder.isPresent()
            ? decoded(decoder.get(), words, noise, ofBase, listener)
            : small(
                words,
                known,
                noise,
                ofBase.withGuidanceScale(guidance.of(GlideParts.BASE, ofBase.guidanceScale())),
                listener);
    if (enlarger.isPresent()) {
      List<Draw<Image>> draws = new ArrayList<>();
      for (int i = 0; i < small.size(); i++) {
        draws.add(new Draw<>(small.get(i), noise.get(i)));
      }
      return enlarger.get().upsample(draws, ofUpsampler, listener);
    }
    return large(words, small, known, noise, ofUpsampler, listener);
  }

  private static Optional<KnownPixels> known(ImageTask task) {
    if (task instanceof ImageTask.TextToImage) {
      return Optional.empty();
    }
    if (task instanceof ImageTask.Inpaint inpaint) {
      return Optional.of(new KnownPixels(inpaint.image(), inpaint.mask()));
    }
    throw Check.refusal(
        "task", task.kind().label(), "text_to_image or inpaint, the tasks of GLIDE");
  }

  /** Draws small images by a decoder of texts, encoded as for the base. */
  private List<Image> decoded(
      ImageDecoder by,
      List<ImageTask.Words> words,
      List<NoiseSource> noise,
      SamplingSettings settings,
      SamplingListener listener) {
    Map<String, TextEncoding> encodings = parts.baseText().encodeOnce(texts(words, true));
    List<Draw<ImageDecoder.Condition>> draws = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      var each = words.get(i);
      var prompt =
          new Prompt(
              Objects.requireNonNull(encodings.get(each.text())),
              Objects.requireNonNull(encodings.get(each.negative())),
              each.text());
      draws.add(new Draw<>(new ImageDecoder.Condition(new float[0], prompt), noise.get(i)));
    }
    return by.decode(draws, settings, listener);
  }

  private List<Image> small(
      List<ImageTask.Words> words,
      Optional<KnownPixels> picture,
      List<NoiseSource> noise,
      SamplingSettings settings,
      SamplingListener listener) {
    int size = parts.baseSize();
    Optional<Known> known = picture.map(pixels -> pixels.at(size));
    Map<String, TextEncoding> encodings = parts.baseText().encodeOnce(texts(words, true));
    List<Draw<GlideCondition>> draws = new ArrayList<>();
    List<GlideCondition> away = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      draws.add(new Draw<>(condition(encodings, words.get(i).text(), known), noise.get(i)));
      away.add(condition(encodings, words.get(i).negative(), known));
    }
    Supplier<List<float[]>> captions =
        () ->
            clipGuide
                .orElseThrow()
                .captions()
                .apply(words.stream().map(ImageTask.Words::text).toList());
    var plain = known.map(part -> base.withTreatment(new KnownPixels.Held(part))).orElse(base);
    var stage =
        parts
            .weaker()
            .filter(any -> settings.guider().leadsFromModel())
            .map(other -> plain.withWeaker(from(other, draws, words, known)))
            .orElse(plain);
    return images(size, stage.sample(draws, away, captions, settings, listener));
  }

  private static Denoiser<GlideCondition> from(
      GlideParts.Weaker weaker,
      List<Draw<GlideCondition>> draws,
      List<ImageTask.Words> words,
      Optional<Known> known) {
    Map<String, TextEncoding> encodings = weaker.text().encodeOnce(texts(words, false));
    return OwnConditions.of(
        weaker.network(),
        draws.stream().<GlideCondition>map(Draw::condition).toList(),
        words.stream().map(each -> condition(encodings, each.text(), known)).toList());
  }

  private List<Image> large(
      List<ImageTask.Words> words,
      List<Image> small,
      Optional<KnownPixels> picture,
      List<NoiseSource> noise,
      SamplingSettings settings,
      SamplingListener listener) {
    int size = parts.upsamplerSize();
    Optional<Known> known = picture.map(pixels -> pixels.above(parts.baseSize(), size));
    Map<String, TextEncoding> encodings = parts.upsamplerText().encodeOnce(texts(words, false));
    boolean distilled = parts.students().of(GlideParts.UPSAMPLER).isPresent();
    List<Draw<GlideCondition>> draws = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      var condition =
          condition(encodings, words.get(i).text(), known).beside(enlarge(small.get(i), size));
      var whole = noise.get(i);
      draws.add(new Draw<>(condition, distilled ? whole : new Tempered(whole)));
    }
    var stage =
        known.map(part -> upsampler.withTreatment(new KnownPixels.Held(part))).orElse(upsampler);
    return images(size, stage.sample(draws, settings, listener));
  }

  private static Stream<String> texts(List<ImageTask.Words> words, boolean guided) {
    Stream<String> texts = words.stream().map(ImageTask.Words::text);
    return guided ? Stream.concat(texts, words.stream().map(ImageTask.Words::negative)) : texts;
  }

  private static GlideCondition condition(
      Map<String, TextEncoding> encodings, String text, Optional<Known> known) {
    var condition = GlideCondition.of(Objects.requireNonNull(encodings.get(text)));
    return known.map(condition::knowing).orElse(condition);
  }

  private static List<Image> images(int size, List<float[]> drawn) {
    return drawn.stream().map(pixels -> new Image(size, size, pixels)).toList();
  }

  /** Prepares a small image for the upsampler: rounded to bytes, then enlarged bilinearly. */
  static Image enlarge(Image small, int size) {
    float[] pixels = small.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.rint((pixels[i] + 1) * 127.5f) / 127.5f - 1;
    }
    return Resize.bilinear(new Image(small.width(), small.height(), pixels), size, size);
  }

  /**
   * Scales the initial noise only; the noise of the steps is unchanged. A student learned from
   * whole noise.
   */
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
   * The known pixels of a picture for inpainting: they are an input of the networks, and each x̂₀
   * is overwritten with them before it is clipped ({@code denoised_fn} in GLIDE's demonstration of
   * inpainting).
   *
   * @param image the picture, square
   * @param mask the mask of the same size: bright (at least 0) where pixels are drawn
   */
  record KnownPixels(Image image, Image mask) {
    /** The upper limit of a pixel of the reduced mask that is completely known. */
    private static final float UNTOUCHED = -0.9999f; // rounding leaves values near −1

    public KnownPixels {
      Check.that(
          image.width() == image.height(), "image", image.width() + "×" + image.height(), "square");
      mask.requireSize("mask", image.width(), image.height(), ", as the image");
    }

    /** Reduces the mask for the base: a pixel is known if all pixels that it covers are. */
    Known at(int size) {
      return new Known(reduced(size), known(size));
    }

    /** Makes the upsampler's mask, which is the base's with repeated pixels. */
    Known above(int baseSize, int size) {
      float[] small = known(baseSize);
      float[] large = new float[size * size];
      for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
          large[y * size + x] = small[y * baseSize / size * baseSize + x * baseSize / size];
        }
      }
      return new Known(reduced(size), large);
    }

    private Image reduced(int size) {
      return Resize.bicubic(Rgb8.of(image), size, size).toImage();
    }

    private float[] known(int size) {
      float[] pixels = Resize.area(Inpainting.blackAndWhite(mask), size, size).pixels();
      float[] known = new float[size * size];
      for (int i = 0; i < known.length; i++) {
        known[i] = pixels[3 * i] <= UNTOUCHED ? 1 : 0;
      }
      return known;
    }

    /** Overwrites x̂₀ with the known pixels, then clips it to the range of pixels. */
    record Held(Known known) implements Thresholding {
      private static final Thresholding RANGE = Thresholding.clip(1);

      @Override
      public void treat(float[] x0) {
        float[] pixels = known.image().pixels();
        float[] mask = known.mask();
        for (int i = 0; i < x0.length; i++) {
          float m = mask[i / 3];
          x0[i] = x0[i] * (1 - m) + pixels[i] * m;
        }
        RANGE.treat(x0);
      }
    }
  }
}
