package io.diffusion4j.kandinsky;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextCoverage;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.guidance.OwnConditions;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ImageTask.Ingredient;
import io.diffusion4j.diffusion.pipeline.ImageTask.Kind;
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
import io.diffusion4j.kandinsky.KandinskyEmbeddings.Embedded;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Kandinsky 2.2: the prior draws an image embedding of a text, a U-Net draws latents of this
 * embedding, and MoVQ decodes the latents to a picture. Embeddings can also come from pictures or
 * mixtures; sampling can start from a picture, keep a part of a picture, or follow a picture of
 * hints.
 */
final class KandinskyPipeline implements ImagePipeline {
  private static final Set<Kind> PLAIN =
      EnumSet.of(
          Kind.TEXT_TO_IMAGE,
          Kind.VARIATION,
          Kind.INTERPOLATION,
          Kind.IMAGE_TO_IMAGE,
          Kind.FROM_EMBEDDING,
          Kind.MIX,
          Kind.TOWARD_TEXT);

  /** The tasks of which a decoder sees the embeddings alone. */
  private static final Set<Kind> FROM_NOISE =
      EnumSet.of(
          Kind.TEXT_TO_IMAGE,
          Kind.VARIATION,
          Kind.INTERPOLATION,
          Kind.FROM_EMBEDDING,
          Kind.MIX,
          Kind.TOWARD_TEXT);

  private static final TextEncoding NO_WORDS =
      new TextEncoding(new float[0], new boolean[1], new float[0]);

  private final KandinskyModel model;
  private final KandinskyEmbeddings embeddings;
  private final GuidanceRule guidance;
  private final Optional<Embedder> embedder;
  private final ModelCard card;
  private final Stage prior;
  private final Stage decoder;
  private final Optional<ImageDecoder> replacement;

  /**
   * Composes the parts.
   *
   * @param embeddings the source of image embeddings
   * @param guidance replaces the guidance scales
   * @param choices the samplers and spacings of the stages
   * @param embedder the space of the embeddings, if it can be used alone
   * @param replacement draws in place of U-Net and MoVQ, and starts from noise only
   */
  KandinskyPipeline(
      ModelIdentity identity,
      KandinskyModel model,
      KandinskyEmbeddings embeddings,
      GuidanceRule guidance,
      UnaryOperator<StageChoices> choices,
      Optional<Embedder> embedder,
      Optional<ImageDecoder> replacement) {
    this.replacement = replacement;
    this.model = model;
    this.embeddings = embeddings;
    this.guidance = guidance;
    this.embedder = embedder;
    prior = embeddings.prior().stage().withChoices(choices);
    decoder =
        replacement
            .map(ImageDecoder::stage)
            .orElseGet(() -> model.decoderStage().withChoices(choices));
    card =
        new ModelCard(
            identity,
            model.decoderStage().draws(),
            ModelCard.Limits.DEFAULT,
            List.of(prior, decoder),
            possible(replacement.isPresent() ? FROM_NOISE : tasks(model.unet().concat()), prior));
  }

  /** Returns the tasks without those that begin on the way of a prior that takes no steps. */
  private static Set<Kind> possible(Set<Kind> tasks, Stage prior) {
    var possible = EnumSet.copyOf(tasks);
    if (prior.denoising().isEmpty()) {
      possible.remove(Kind.TOWARD_TEXT);
    }
    return possible;
  }

  private static Set<Kind> tasks(KandinskyUnet.ConcatConditioning concat) {
    return switch (concat) {
      case NOTHING -> PLAIN;
      case KNOWN -> EnumSet.of(Kind.INPAINT);
      case HINT -> EnumSet.of(Kind.HINTED);
    };
  }

  @Override
  public ModelCard card() {
    return card;
  }

  @Override
  public Optional<Embedder> embedder() {
    return embedder;
  }

  @Override
  public TextCoverage texts() {
    return embeddings.text();
  }

  @Override
  public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
    var work = task.accept(new Works());
    Map<String, Integer> steps = new LinkedHashMap<>();
    int drawn = prior.steps(of(prior, settings));
    put(steps, prior, work.source.priorSteps(drawn));
    put(steps, decoder, work.beginning.steps(decoder.steps(of(decoder, settings))));
    return steps;
  }

  private static void put(Map<String, Integer> steps, Stage stage, int count) {
    if (count > 0) {
      steps.put(stage.name(), count);
    }
  }

  private static SamplingSettings of(Stage stage, Map<String, SamplingSettings> settings) {
    return settings.getOrDefault(stage.name(), stage.defaults());
  }

  private SamplingSettings guided(Stage stage, Map<String, SamplingSettings> settings) {
    SamplingSettings own = of(stage, settings);
    return stage.scale().isOffered()
        ? own.withGuidanceScale(guidance.of(stage.name(), own.guidanceScale()))
        : own;
  }

  @Override
  public void check(ImageTask task, String stage, SamplingSettings settings) {
    var work = task.accept(new Works());
    boolean isDecoder = replacement.isEmpty() && stage.equals(decoder.name());
    var own = isDecoder ? work.beginning.settings(settings) : settings;
    ImagePipeline.super.check(task, stage, own);
    if (isDecoder) {
      var size = decoder.size(settings);
      work.hint.ifPresent(hint -> requireFits(hint, size));
    }
  }

  /** The hint network reduces by a factor of eight, whatever MoVQ's factor is. */
  private void requireFits(Image hint, Pixels size) {
    int scale = KandinskyUnet.HINT_FACTOR;
    var latents = latents(size);
    hint.requireSize(
        "hint", scale * latents.width(), scale * latents.height(), ", the size of the picture");
  }

  private Pixels latents(Pixels picture) {
    int factor = model.factor();
    return new Pixels(picture.width() / factor, picture.height() / factor);
  }

  @Override
  public List<Image> draw(
      ImageTask task,
      Map<String, SamplingSettings> settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    task.requireFits(noise.size());
    var work = task.accept(new Works());
    var decoding = guided(decoder, settings);
    if (replacement.isPresent()) {
      var drawing = new KandinskyEmbeddings.Drawing(noise, guided(prior, settings), listener);
      List<Draw<ImageDecoder.Condition>> draws = new ArrayList<>();
      for (Embedded each : work.source.embed(embeddings, drawing)) {
        var condition = new ImageDecoder.Condition(each.image(), new Prompt(NO_WORDS, NO_WORDS));
        draws.add(new Draw<>(condition, noise.get(draws.size())));
      }
      return replacement.get().decode(draws, decoding, listener);
    }
    Pixels size = decoder.size(decoding);
    work.hint.ifPresent(hint -> requireFits(hint, size));
    if (work.beginning instanceof InitialLatents.Noised start
        && start.steps(decoding.steps()) == 0) {
      return Collections.nCopies(noise.size(), InitialLatents.resized(start.picture(), size));
    }
    var drawing = new KandinskyEmbeddings.Drawing(noise, guided(prior, settings), listener);
    List<Embedded> embedded = work.source.embed(embeddings, drawing);
    var held = work.beginning.at(size, latents(size), model::latent);
    List<float[]> latents =
        model.decode(
            networks ->
                denoise(
                    embedded,
                    held,
                    new Denoising(networks, work.hint, latents(size)),
                    work.beginning.settings(decoding),
                    noise,
                    listener.decoding(latents(size), latent -> model.colours().of(latent))));
    return model.pictures(latents, latents(size));
  }

  /** The open network, and its inputs besides the latents. */
  private record Denoising(KandinskyModel.Decoding networks, Optional<Image> hint, Pixels latents) {
    /** Returns the conditions of a network: those of all pictures, then their negative ones. */
    List<LatentCondition> conditions(
        LatentModel of, List<Embedded> embedded, InitialLatents.Held held) {
      float[] concat = hint.map(picture -> of.seen(picture, latents)).orElse(held.concat());
      var embeddings =
          Stream.concat(
                  embedded.stream().map(Embedded::image), embedded.stream().map(Embedded::negative))
              .toList();
      return of.conditions(embeddings, latents).stream()
          .map(condition -> condition.seeing(concat))
          .toList();
    }
  }

  private List<float[]> denoise(
      List<Embedded> embedded,
      InitialLatents.Held held,
      Denoising with,
      SamplingSettings settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    Pixels size = with.latents();
    var conditions = with.conditions(with.networks().model(), embedded, held);
    Optional<Denoiser<LatentCondition>> weaker =
        with.networks()
            .weaker()
            .filter(any -> settings.guider().leadsFromModel())
            .map(
                other ->
                    OwnConditions.of(
                        other.network(),
                        conditions,
                        with.conditions(other.model(), embedded, held)));
    GuidanceScale scale = settings.guidanceScale();
    int rows = embedded.size();
    List<Draw<Guidance<LatentCondition>>> draws = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      var guided =
          new Guidance<>(
              conditions.get(i), conditions.get(rows + i), scale, settings.guider().begin());
      draws.add(new Draw<>(guided, noise.get(i), held.projection()));
    }
    int values = size.width() * size.height() * model.unet().latentChannels();
    return DiffusionStage.of(
            decoder, new GuidedDenoiser<>(with.networks().network(), weaker), values)
        .sample(draws, settings, listener);
  }

  /** The source of a task's embeddings. */
  private interface Source {
    List<Embedded> embed(KandinskyEmbeddings embeddings, KandinskyEmbeddings.Drawing drawing);

    /** Returns the number of steps of the prior for an image, given the requested number. */
    default int priorSteps(int asked) {
      return 0;
    }
  }

  /** Embeddings that the prior draws. */
  private interface Drawn extends Source {
    @Override
    default int priorSteps(int asked) {
      return asked;
    }
  }

  /**
   * The parts of a task.
   *
   * @param source the source of the embeddings
   * @param beginning the initial latents
   * @param hint the picture of hints
   */
  private record Work(Source source, InitialLatents beginning, Optional<Image> hint) {
    static Work of(Source source) {
      return new Work(source, new InitialLatents.Noise(), Optional.empty());
    }

    Work beginningAt(InitialLatents other) {
      return new Work(source, other, hint);
    }
  }

  /** An embedding between that of a picture and that of words. */
  private record Partly(ImageTask.TowardText task) implements Source {
    @Override
    public List<Embedded> embed(
        KandinskyEmbeddings embeddings, KandinskyEmbeddings.Drawing drawing) {
      int steps = priorSteps(drawing.settings().steps());
      return embeddings.towardText(task.image(), task.words(), steps, drawing);
    }

    /** Returns the number of last steps, rounded down, as published. */
    @Override
    public int priorSteps(int asked) {
      return Math.min((int) (asked * task.strength()), asked);
    }
  }

  private static Drawn texts(ImageTask task) {
    return (embeddings, drawing) -> {
      List<ImageTask.Words> words = new ArrayList<>();
      for (int i = 0; i < drawing.noise().size(); i++) {
        words.add(task.words(i));
      }
      return embeddings.ofTexts(words, drawing);
    };
  }

  private static Source picture(Image image) {
    return (embeddings, drawing) ->
        embeddings.fixed(embeddings.image().encode(List.of(image)).get(0), drawing.noise().size());
  }

  /** Uses the words if there are any, otherwise the picture itself, away from negative words. */
  private static Source edited(ImageTask task, Image image) {
    var words = task.words();
    if (words.isEmpty()) {
      return picture(image);
    }
    var itself = List.<Ingredient>of(new Ingredient.Picture(image, 1));
    Drawn away = (all, drawing) -> all.mixed(itself, words.negative(), drawing);
    return words.text().isBlank() ? away : texts(task);
  }

  /** Finds the work of a task. */
  private final class Works implements ImageTask.Visitor<Work> {
    private void requireOffered(ImageTask task) {
      Check.that(
          card.tasks().contains(task.kind()),
          "task",
          task.kind().label(),
          "%s%s",
          String.join(", ", card.taskNames()),
          switch (model.unet().concat()) {
            case NOTHING -> "";
            case KNOWN -> "; the model needs a picture and a mask";
            case HINT -> "; the model needs a hint";
          });
    }

    @Override
    public Work other(ImageTask task) {
      throw Check.refusal(
          "task", task.kind().label(), "one of %s", String.join(", ", card.taskNames()));
    }

    @Override
    public Work textToImage(ImageTask.TextToImage task) {
      requireOffered(task);
      return plain(task);
    }

    @Override
    public Work variation(ImageTask.Variation task) {
      requireOffered(task);
      return plain(task);
    }

    /** Returns the task without the network's inputs besides the latents. */
    private Work plain(ImageTask task) {
      if (task instanceof ImageTask.TextToImage) {
        return Work.of(texts(task));
      }
      if (task instanceof ImageTask.Variation variation) {
        Check.that(
            variation.words().isEmpty(),
            "prompt",
            variation.words(),
            "none; a variation reads no words, but a mix does");
        Check.that(variation.similarity() == 0, "similarity", variation.similarity(), "0");
        return Work.of(picture(variation.image()));
      }
      if (task instanceof ImageTask.ImageToImage start) {
        return Work.of(edited(task, start.image()))
            .beginningAt(new InitialLatents.Noised(start.image(), start.strength()));
      }
      throw Check.refusal(
          "task", task.kind().label(), "text_to_image, variation or image_to_image");
    }

    /** Returns the weighted sum of both embeddings, as published. */
    @Override
    public Work interpolation(ImageTask.Interpolation task) {
      requireOffered(task);
      List<Ingredient> both =
          List.of(
              new Ingredient.Picture(task.first(), 1 - task.ratio()),
              new Ingredient.Picture(task.second(), task.ratio()));
      return Work.of((all, drawing) -> all.mixed(both, "", drawing));
    }

    @Override
    public Work inpaint(ImageTask.Inpaint task) {
      requireOffered(task);
      Check.that(
          task.resampling().equals(Resampling.NONE),
          "resampling",
          task.resampling(),
          "none; the network sees the known part at every step");
      task.mask()
          .requireSize("mask", task.image().width(), task.image().height(), ", as the image");
      return Work.of(edited(task, task.image()))
          .beginningAt(new InitialLatents.Around(task.image(), task.mask()));
    }

    @Override
    public Work imageToImage(ImageTask.ImageToImage task) {
      requireOffered(task);
      return plain(task);
    }

    @Override
    public Work fromEmbedding(ImageTask.FromEmbedding task) {
      requireOffered(task);
      Check.that(task.words().isEmpty(), "prompt", task.words(), "none; an embedding is given");
      int size = model.unet().embeddingDim();
      task.imageEmbeddings()
          .forEach(embedding -> Check.length("imageEmbedding", embedding.length, size));
      return Work.of(
          (all, drawing) ->
              task.inputs() == 1
                  ? all.fixed(task.imageEmbeddings().get(0), drawing.noise().size())
                  : all.given(task.imageEmbeddings()));
    }

    @Override
    public Work mix(ImageTask.Mix task) {
      requireOffered(task);
      boolean draws =
          !task.negative().isEmpty()
              || task.ingredients().stream().anyMatch(Ingredient.Text.class::isInstance);
      Source source = (all, drawing) -> all.mixed(task.ingredients(), task.negative(), drawing);
      Drawn drawn = source::embed;
      return Work.of(draws ? drawn : source);
    }

    @Override
    public Work towardText(ImageTask.TowardText task) {
      requireOffered(task);
      return Work.of(new Partly(task));
    }

    @Override
    public Work hinted(ImageTask.Hinted task) {
      requireOffered(task);
      var work = plain(task.task());
      return new Work(work.source, work.beginning, Optional.of(task.hint()));
    }
  }
}
