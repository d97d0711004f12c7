package io.diffusion4j.pipeline;

import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.nn.engine.Engines;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The wiring of a family: the parts that plugins can replace, and the pipeline that is composed of
 * what is bound in the end. Each family may also get another default sampler, and named samplers,
 * spacings and treatments of x̂₀.
 */
public final class PipelineModule extends AbstractModule {
  /** The name of a default sampler that does not come from the model. */
  private static final String REPLACED_SAMPLER = "plugin";

  private final Map<Class<?>, Part<?>> parts = new LinkedHashMap<>();
  private final Function<Wired, ImagePipeline> compose;

  /**
   * A part.
   *
   * @param own the model's; empty for a part that the pipeline makes itself
   * @param expected the contract of the part, in words
   */
  private record Part<T>(Class<T> type, Optional<T> own, String expected) {}

  /** Creates the wiring of a pipeline. */
  public PipelineModule(Function<Wired, ImagePipeline> compose) {
    this.compose = compose;
    replaceable(Sampler.class, "a plan");
  }

  /**
   * Adds a part of the model.
   *
   * @param expected the contract of the part, in words
   */
  public <T> PipelineModule with(Class<T> type, T own, String expected) {
    parts.put(type, new Part<>(type, Optional.of(own), expected));
    return this;
  }

  /**
   * Adds a part that the pipeline makes itself if it is not replaced.
   *
   * @param expected the contract of the part, in words
   */
  public <T> PipelineModule replaceable(Class<T> type, String expected) {
    parts.put(type, new Part<>(type, Optional.empty(), expected));
    return this;
  }

  /** Returns the types that can be replaced. */
  public Set<Class<?>> parts() {
    return Set.copyOf(parts.keySet());
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    parts.values().forEach(this::bindOwn);
    install(Replacements.noneYet());
  }

  private <T> void bindOwn(Part<T> part) {
    part.own.ifPresent(own -> bind(part.type).toInstance(own));
  }

  @Provides
  @Singleton
  ImagePipeline pipeline(
      Injector injector,
      Map<String, Sampler> samplers,
      Map<String, TimestepSpacing> spacings,
      Map<String, Thresholding> treatments,
      Replacements replaced) {
    return compose.apply(new Wired(this, injector, samplers, spacings, treatments, replaced));
  }

  /** The parts of a model after plugins have replaced some; exceptions of these name the plugin. */
  public static final class Wired {
    private final PipelineModule module;
    private final Injector injector;
    private final Map<String, Sampler> samplers;
    private final Map<String, TimestepSpacing> spacings;
    private final Map<String, Thresholding> treatments;
    private final Replacements replaced;

    private Wired(
        PipelineModule module,
        Injector injector,
        Map<String, Sampler> samplers,
        Map<String, TimestepSpacing> spacings,
        Map<String, Thresholding> treatments,
        Replacements replaced) {
      this.module = module;
      this.injector = injector;
      this.samplers = replaced.guardNamed(samplers);
      this.spacings = spacings;
      this.treatments = treatments;
      this.replaced = replaced;
    }

    /** Returns a part: the model's own, or the one in its place. */
    public <T> T get(Class<T> type) {
      return replacement(type).orElseGet(() -> injector.getInstance(type));
    }

    /** Returns the part in place of the model's own; empty if it is not replaced. */
    public <T> Optional<T> replacement(Class<T> type) {
      Part<?> part = module.parts.get(type);
      Check.that(part != null, "part", type, "one of %s", module.parts.keySet());
      if (part == null || !replaced.has(type)) {
        return Optional.empty();
      }
      T own = injector.getInstance(Key.get(type));
      return Optional.of(replaced.guard(type, own, part.expected));
    }

    /** Returns the change of a stage's choices: what plugins added, and their default sampler. */
    public UnaryOperator<StageChoices> choices() {
      var replaced = replacement(Sampler.class);
      return choices -> {
        var all = choices.adding(samplers, spacings, treatments);
        return replaced
            .map(
                sampler ->
                    all.adding(Map.of(REPLACED_SAMPLER, sampler), Map.of(), Map.of())
                        .withDefaults(REPLACED_SAMPLER, choices.defaultSteps()))
            .orElse(all);
      };
    }

    /**
     * Returns the identity of a folder's model.
     *
     * @param how the settings, with the precision in which it computes
     * @param name its name, unless it was opened with another
     * @param description of the family and its images
     */
    public ModelIdentity identity(
        Path folder, OpenOptions how, String name, String description, String digest) {
      return new ModelIdentity(
          how.name().orElse(name),
          description,
          FrontMatter.license(folder),
          digest,
          replaced.parts(),
          LoraFiles.applied(how.loras()),
          PublishedFolder.name(folder),
          how.compute().precision().word(),
          Engines.arithmetic(how.compute()).orElse(""));
    }
  }
}
