package io.diffusion4j.latent;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextCoverage;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ImageTask.Kind;
import io.diffusion4j.diffusion.pipeline.ImageTask.Words;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Latent diffusion (Rombach et al. 2022): a U-Net denoises latents under the states of a text, with
 * classifier-free guidance away from a negative text, and an autoencoder decodes the latents to a
 * picture.
 */
final class StableDiffusionPipeline implements ImagePipeline {
  private final StableDiffusionModel model;
  private final TextEncoder texts;
  private final GuidanceRule guidance;
  private final Stage stage;
  private final Optional<Stage> prior;
  private final ModelCard card;
  private final Optional<ImageDecoder> replacement;

  /**
   * Composes the parts.
   *
   * @param texts encodes the texts
   * @param guidance replaces the guidance scale
   * @param choices the samplers and spacings of the stage
   * @param replacement draws in place of U-Net and autoencoder
   */
  StableDiffusionPipeline(
      ModelIdentity identity,
      StableDiffusionModel model,
      TextEncoder texts,
      GuidanceRule guidance,
      UnaryOperator<StageChoices> choices,
      Optional<ImageDecoder> replacement) {
    this.model = model;
    this.texts = texts;
    this.guidance = guidance;
    this.replacement = replacement;
    stage =
        replacement.map(ImageDecoder::stage).orElseGet(() -> model.stage().withChoices(choices));
    prior =
        replacement.isPresent()
            ? Optional.empty()
            : model.prior().map(it -> it.stage().withChoices(choices));
    card =
        new ModelCard(
            identity,
            model.stage().draws(),
            ModelCard.Limits.DEFAULT,
            Stream.concat(prior.stream(), Stream.of(stage)).toList(),
            tasks());
  }

  /** A network with inputs for the known part of a picture draws nothing without one. */
  private Set<Kind> tasks() {
    if (replacement.isPresent() || prior.isPresent()) {
      return EnumSet.of(Kind.TEXT_TO_IMAGE);
    }
    if (model.images().isPresent()) {
      return EnumSet.of(Kind.VARIATION);
    }
    return model.unet().besideChannels() > 0
        ? EnumSet.of(Kind.INPAINT)
        : EnumSet.of(Kind.TEXT_TO_IMAGE, Kind.INPAINT, Kind.IMAGE_TO_IMAGE);
  }

  private static Canvas canvas(ImageTask task, SamplingSettings settings) {
    if (task instanceof ImageTask.ImageToImage changed) {
      return new Canvas.Noised(changed.image(), changed.strength());
    }
    if (task instanceof ImageTask.Inpaint inpaint) {
      double strength = settings.others().get(StageSettings.STRENGTH).orElse(1.0);
      return new Canvas.Repainted(inpaint.image(), inpaint.mask(), strength);
    }
    return new Canvas.Empty();
  }

  @Override
  public ModelCard card() {
    return card;
  }

  @Override
  public TextCoverage texts() {
    return texts;
  }

  @Override
  public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
    Map<String, Integer> steps = new LinkedHashMap<>();
    prior.ifPresent(it -> steps.put(it.name(), it.steps(of(it, settings))));
    SamplingSettings own = own(settings);
    steps.put(stage.name(), canvas(task, own).steps(model.scheduler(), stage.steps(own)));
    return steps;
  }

  private SamplingSettings own(Map<String, SamplingSettings> settings) {
    return of(stage, settings);
  }

  private static SamplingSettings of(Stage stage, Map<String, SamplingSettings> settings) {
    return settings.getOrDefault(stage.name(), stage.defaults());
  }

  @Override
  public void check(ImageTask task, String name, SamplingSettings settings) {
    requireOffered(task);
    if (task instanceof ImageTask.Inpaint inpaint) {
      Check.that(
          inpaint.resampling().equals(Resampling.NONE),
          "resampling",
          inpaint.resampling(),
          "none; the known part is put back at every step");
      var image = inpaint.image();
      inpaint.mask().requireSize("mask", image.width(), image.height(), ", as the image");
    }
    if (task instanceof ImageTask.Variation variation) {
      Check.that(variation.similarity() == 0, "similarity", variation.similarity(), "0");
      Check.that(
          model.readsTexts() || variation.words().isEmpty(),
          "prompt",
          variation.words().text(),
          "none; the model has no text tower");
    }
    boolean own = name.equals(stage.name()) && replacement.isEmpty();
    ImagePipeline.super.check(
        task, name, own ? canvas(task, settings).settings(model.scheduler(), settings) : settings);
    if (own) {
      settings.size().ifPresent(this::requireMultiples);
      requireRead(task, settings);
    }
  }

  /** Refuses settings of the stage that a task does not read. */
  private void requireRead(ImageTask task, SamplingSettings settings) {
    var strength = settings.others().get(StageSettings.STRENGTH);
    Check.that(
        strength.isEmpty() || task instanceof ImageTask.Inpaint,
        StageSettings.STRENGTH.name(),
        strength.orElse(1.0),
        "unset; only inpainting has this setting");
    Check.that(
        strength.isEmpty() || canvas(task, settings).steps(model.scheduler(), settings.steps()) > 0,
        StageSettings.STRENGTH.name(),
        strength.orElse(1.0),
        "at least one of the %s steps",
        settings.steps());
    int skipped = skipped(settings);
    Check.that(
        skipped == 0 || texts == model.textEncoder(),
        StageSettings.CLIP_SKIP.name(),
        skipped,
        "0; a plugin encodes the texts");
  }

  private static int skipped(SamplingSettings settings) {
    return settings.others().get(StageSettings.CLIP_SKIP).orElse(0);
  }

  private void requireOffered(ImageTask task) {
    Check.that(
        card.tasks().contains(task.kind()),
        "task",
        task.kind().label(),
        "%s",
        String.join(", ", card.taskNames()));
  }

  private void requireMultiples(Pixels size) {
    int factor = model.vae().factor();
    Check.that(
        size.width() % factor == 0 && size.height() % factor == 0,
        "size",
        size,
        "multiples of %s pixels",
        factor);
  }

  @Override
  public List<Image> draw(
      ImageTask task,
      Map<String, SamplingSettings> settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    task.requireFits(noise.size());
    requireOffered(task);
    List<Words> words = IntStream.range(0, noise.size()).mapToObj(task::words).toList();
    if (replacement.isPresent()) {
      return replacement.get().decode(conditions(words, noise), own(settings), listener);
    }
    SamplingSettings own = own(settings);
    int level = own.others().get(StageSettings.NOISE_LEVEL).orElse(0);
    Optional<Shown> shown =
        task instanceof ImageTask.Variation variation
            ? Optional.of(seen(level, List.of(model.embedding(variation.image()))))
            : prior.map(it -> shown(words, of(it, settings), level, noise, listener));
    return draw(canvas(task, own), words, shown, own, noise, listener);
  }

  /** Draws the embedding of each text. */
  private Shown shown(
      List<Words> words,
      SamplingSettings settings,
      int level,
      List<NoiseSource> noise,
      SamplingListener listener) {
    var scale = guidance.of(prior.orElseThrow().name(), settings.guidanceScale());
    List<String> read = words.stream().map(Words::text).toList();
    return seen(
        level,
        model.prior().orElseThrow().draw(read, settings.withGuidanceScale(scale), noise, listener));
  }

  /**
   * Returns how embeddings are seen.
   *
   * @param level the timestep of the noise on them, for networks that read it
   */
  private Shown seen(int level, List<float[]> embeddings) {
    ImageConditioning how = model.images().orElseThrow();
    return new Shown(
        how instanceof ImageConditioning.Label label ? label.withLevel(level) : how, embeddings);
  }

  /**
   * The embeddings that a network sees.
   *
   * @param embeddings one for all pictures, or one for each
   */
  private record Shown(ImageConditioning how, List<float[]> embeddings) {
    Guidance<UnetCondition> in(Guidance<UnetCondition> texts, int picture, NoiseSource noise) {
      float[] embedding = embeddings.get(embeddings.size() == 1 ? 0 : picture);
      return new Guidance<>(
          how.toward(texts.conditional(), embedding, noise),
          how.away(texts.unconditional()),
          texts.scale(),
          texts.path());
    }
  }

  /** Draws a picture for each of the words on a canvas. */
  private List<Image> draw(
      Canvas canvas,
      List<Words> words,
      Optional<Shown> shown,
      SamplingSettings own,
      List<NoiseSource> noise,
      SamplingListener listener) {
    own.size().ifPresent(this::requireMultiples);
    var scale = guidance.of(stage.name(), own.guidanceScale());
    var asked = own.withGuidanceScale(own.guider().isNoneAtOne() ? atLeastOne(scale) : scale);
    Pixels picture = size(canvas, asked);
    Pixels size = latents(picture);
    var adapted = canvas.settings(model.scheduler(), asked);
    boolean isSeen = model.unet().besideChannels() > 0;
    if (canvas instanceof Canvas.Noised start
        && canvas.steps(model.scheduler(), asked.steps()) == 0) {
      return Collections.nCopies(noise.size(), start.unchanged(picture));
    }
    var sized = model.code(vae -> canvas.at(vae, picture, size, isSeen));
    List<Draw<Guidance<UnetCondition>>> draws =
        draws(words, shown, asked, size, noise, noise.stream().map(sized::with).toList());
    var previews = model.previews(listener, size);
    int values = size.width() * size.height() * model.vae().latentChannels();
    List<float[]> latents =
        model.denoise(
            network ->
                DiffusionStage.of(stage, new GuidedDenoiser<>(network, model.weaker()), values)
                    .sample(draws, adapted, previews));
    return decoded(latents, size);
  }

  private List<Image> decoded(List<float[]> latents, Pixels size) {
    return model.code(vae -> latents.stream().map(latent -> vae.decode(latent, size)).toList());
  }

  /** Returns the requested size, else that of the picture that is changed, else the default. */
  private Pixels size(Canvas canvas, SamplingSettings asked) {
    if (asked.size().isPresent()) {
      return stage.size(asked);
    }
    return canvas
        .size(model.vae().factor())
        .map(
            size -> {
              stage.check(asked.withSize(size));
              return size;
            })
        .orElseGet(() -> stage.size(asked));
  }

  /** As in diffusers, a scale of 1 or less is no guidance: the conditional network alone. */
  private static GuidanceScale atLeastOne(GuidanceScale scale) {
    return scale instanceof GuidanceScale.Constant constant
        ? GuidanceScale.constant(Math.max(1, constant.scale()))
        : t -> Math.max(1, scale.at(t));
  }

  private Pixels latents(Pixels picture) {
    int factor = model.vae().factor();
    return new Pixels(picture.width() / factor, picture.height() / factor);
  }

  private List<Draw<Guidance<UnetCondition>>> draws(
      List<Words> words,
      Optional<Shown> shown,
      SamplingSettings asked,
      Pixels size,
      List<NoiseSource> noise,
      List<Canvas.Drawn> canvases) {
    boolean embedded = model.unet().guidanceDim() > 0;
    var scale = embedded ? GuidanceScale.constant(1) : asked.guidanceScale();
    Map<String, TextEncoding> encodings = texts.encodeOnce(both(words));
    int skipped = skipped(asked); // of the prompt only, as in diffusers
    Map<String, TextEncoding> prompts =
        skipped == 0
            ? encodings
            : model.textEncoder(skipped).encodeOnce(words.stream().map(Words::text));
    List<Draw<Guidance<UnetCondition>>> draws = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      var each = words.get(i);
      var toward = condition(prompts, each.text(), size, asked.guidanceScale());
      var away = condition(encodings, each.negative(), size, asked.guidanceScale());
      var canvas = canvases.get(i);
      var both =
          new Guidance<>(
              toward.beside(canvas.beside()),
              away.beside(canvas.beside()),
              scale,
              asked.guider().begin());
      int picture = i;
      var seen = shown.map(it -> it.in(both, picture, noise.get(picture))).orElse(both);
      draws.add(new Draw<>(seen, noise.get(i), canvas.projection()));
    }
    return draws;
  }

  private UnetCondition condition(
      Map<String, TextEncoding> encodings, String text, Pixels size, GuidanceScale scale) {
    var condition = UnetCondition.of(size, Objects.requireNonNull(encodings.get(text)).hidden());
    int dim = model.unet().guidanceDim();
    if (dim == 0) {
      return condition;
    }
    if (scale instanceof GuidanceScale.Constant constant) {
      return condition.guided(UnetCondition.embedded(constant.scale(), dim));
    }
    throw Check.refusal("guidanceScale", scale, "one scale; the network reads it as an input");
  }

  private static Stream<String> both(List<Words> words) {
    return Stream.concat(words.stream().map(Words::text), words.stream().map(Words::negative));
  }

  private List<Draw<ImageDecoder.Condition>> conditions(
      List<Words> words, List<NoiseSource> noise) {
    Map<String, TextEncoding> encodings = texts.encodeOnce(both(words));
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
    return draws;
  }
}
