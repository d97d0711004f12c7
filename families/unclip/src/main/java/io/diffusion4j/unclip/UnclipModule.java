package io.diffusion4j.unclip;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.component.BestOfPrior;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask.Kind;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.pipeline.UnclipParts;
import io.diffusion4j.diffusion.pipeline.UnclipPipeline;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.pipeline.LoraFiles;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.PublishedFolder;
import io.diffusion4j.pipeline.Replacements;
import io.diffusion4j.pipeline.Residency;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Wires unCLIP around the networks of a folder.
 *
 * <p>Provides {@link ImagePipeline} and its {@link UnclipParts}. A module that overrides this one
 * can replace each of the {@link #PARTS} by one binding, and can add samplers, spacings and
 * treatments of x̂₀ by map binders. Needs no other module; the caller opens and closes the model.
 */
public final class UnclipModule extends AbstractModule {
  /** The types that can be replaced. */
  static final Set<Class<?>> PARTS =
      Set.of(
          TextEncoder.class,
          ImageEncoder.class,
          Prior.class,
          ImageDecoder.class,
          Upsampler.class,
          GuidanceRule.class,
          Sampler.class);

  /** The name of a default sampler that does not come from the model. */
  private static final String REPLACED_SAMPLER = "plugin";

  private final UnclipModel model;
  private final PriorChoice prior;
  private final OpenOptions opening;
  private final Supplier<String> digest;

  /** Uses the default prior, which keeps the best of the model's default number of candidates. */
  public UnclipModule(UnclipModel model) {
    this(model, OpenOptions.with(Residency.ALWAYS));
  }

  /**
   * Creates the module.
   *
   * @param opening the model's name, its prior, and the number of candidate embeddings
   */
  public UnclipModule(UnclipModel model, OpenOptions opening) {
    this(model, opening, () -> new UnclipFamily().digest(model.folder(), opening));
  }

  UnclipModule(UnclipModel model, OpenOptions opening, Supplier<String> digest) {
    this.model = model;
    this.opening = opening;
    this.digest = digest;
    this.prior = PriorChoice.of(opening);
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    bind(UnclipModel.class).toInstance(model);
    bind(TextEncoder.class).toInstance(model.textEncoder());
    bind(ImageEncoder.class).toInstance(model.imageEncoder());
    bind(Prior.class)
        .toInstance(
            new BestOfPrior(
                prior == PriorChoice.AR ? model.autoregressivePrior() : model.prior(),
                opening.candidates().orElse(model.candidates())));
    bind(ImageDecoder.class).toInstance(model.decoder());
    bind(Upsampler.class).toInstance(model.upsampler());
    bind(GuidanceRule.class).toInstance(GuidanceRule.AS_ASKED);
    bind(Sampler.class).toInstance(new DdimSampler(0));
    install(Replacements.noneYet());
  }

  /** Returns all samplers by name, including those of plugins. */
  @Provides
  @Singleton
  static ByName<Sampler> samplers(Map<String, Sampler> more) {
    return Samplers.standard().adding(more);
  }

  @Provides
  @Singleton
  static UnclipParts parts(
      TextEncoder text,
      Prior prior,
      ImageEncoder image,
      ImageDecoder decoder,
      Upsampler upsampler,
      Sampler defaults,
      Map<String, Sampler> samplers,
      Map<String, TimestepSpacing> spacings,
      Map<String, Thresholding> treatments,
      Replacements replaced) {
    Map<String, Sampler> guarded = replaced.guardNamed(samplers);
    var offered =
        new UnclipParts(text, prior, image, decoder, upsampler)
            .offering(
                stage ->
                    stage.withChoices(
                        choices ->
                            withUsual(
                                choices.adding(guarded, spacings, treatments),
                                defaults,
                                replaced)));
    return new UnclipParts(
        replaced.guard(TextEncoder.class, offered.textEncoder(), "an encoding of each text"),
        replaced.guard(Prior.class, offered.prior(), "an image embedding for each draw"),
        replaced.guard(ImageEncoder.class, offered.imageEncoder(), "an embedding of each image"),
        replaced.guard(ImageDecoder.class, offered.decoder(), "an image for each draw"),
        replaced.guard(Upsampler.class, offered.upsampler(), "a larger image for each draw"));
  }

  private static StageChoices withUsual(
      StageChoices choices, Sampler defaults, Replacements replaced) {
    if (!replaced.has(Sampler.class)) {
      return choices;
    }
    Sampler guarded = replaced.guard(Sampler.class, defaults, "a plan");
    return choices
        .adding(Map.of(REPLACED_SAMPLER, guarded), Map.of(), Map.of())
        .withDefaults(REPLACED_SAMPLER, choices.defaultSteps());
  }

  @Provides
  @Singleton
  ImagePipeline pipeline(UnclipParts parts, GuidanceRule guidance, Replacements replaced) {
    return new UnclipPipeline(
            () -> identity(replaced),
            Pixels.square(model.imageSize()),
            ModelCard.Limits.DEFAULT,
            tasks(replaced),
            parts)
        .withGuidance(
            replaced.guard(GuidanceRule.class, guidance, "the scale of a stage with guidance"))
        .withEmbedder(embedder(parts, replaced));
  }

  private ModelIdentity identity(Replacements replaced) {
    return new ModelIdentity(
        opening.name().orElse(model.name()),
        "unCLIP, images of "
            + model.imageSize()
            + "×"
            + model.imageSize()
            + " pixels"
            + model.students().suffix(),
        new ModelFacts(model.folder(), model.name()).license(),
        digest.get(),
        replaced.parts(),
        LoraFiles.applied(opening.loras()),
        PublishedFolder.name(model.folder()),
        opening.compute().precision().word(),
        Engines.arithmetic(opening.compute()).orElse(""));
  }

  /** Returns the tasks for which the model has all parts. */
  private Set<Kind> tasks(Replacements replaced) {
    Set<Kind> tasks =
        EnumSet.of(Kind.UPSCALE, Kind.FROM_EMBEDDING, Kind.INPAINT, Kind.IMAGE_TO_IMAGE);
    if (hasPrior(replaced)) {
      tasks.add(Kind.TEXT_TO_IMAGE);
    }
    if (hasImageEncoder(replaced)) {
      tasks.addAll(EnumSet.of(Kind.VARIATION, Kind.INTERPOLATION, Kind.TEXT_DIFF));
    }
    return tasks;
  }

  private Embedder embedder(UnclipParts parts, Replacements replaced) {
    return new Embedder(
        model.embeddingSize(),
        parts.textEncoder(),
        hasImageEncoder(replaced) ? Optional.of(parts.imageEncoder()) : Optional.empty(),
        hasPrior(replaced) ? Optional.of(parts.prior()) : Optional.empty());
  }

  private boolean hasImageEncoder(Replacements replaced) {
    return model.hasImageEncoder() || replaced.has(ImageEncoder.class);
  }

  private boolean hasPrior(Replacements replaced) {
    boolean own = prior == PriorChoice.AR ? model.hasAutoregressivePrior() : model.hasPrior();
    return own || replaced.has(Prior.class);
  }
}
