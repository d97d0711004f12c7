package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Perturbation;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.Guider;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.schedule.ScheduleCheck;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The public description of a pipeline's stage: its name, defaults, options and limits.
 *
 * <p>A {@link DiffusionStage} is the stage with its network. Listing, checking and planning need no
 * network and use this type.
 *
 * <pre>{@code
 * Stage stage = pipeline.card().stage("decoder").orElseThrow();
 * SamplingSettings few = stage.defaults().withSteps(4);
 * stage.check(few);
 * int calls = stage.plan(few).steps().size();
 * }</pre>
 *
 * @param name its name in requests, in lower snake case; addresses its noise and labels its
 *     progress
 * @param course the course of the stage
 * @param scale the scale of its classifier-free guidance
 * @param guides the gradient guides by name, with the scale of the gradient
 * @param draws the size of the images that it draws by default
 * @param sizes the other sizes that it draws; empty if it draws one size only
 * @param reuses whether its network is a U-Net, which can reuse its deep features between steps
 * @param attentions the number of its network's layers of self-attention that guidance can leave
 *     out
 * @param weaker whether there is a weaker network, from which guidance can lead away
 * @param settings the settings that requests may choose, {@link StageSettings#ALL} and others
 */
public record Stage(
    String name,
    StageKind course,
    Scale scale,
    SortedMap<String, Scale> guides,
    Pixels draws,
    Optional<Sizes> sizes,
    boolean reuses,
    int attentions,
    boolean weaker,
    List<StageSetting<?>> settings) {
  /** Plans that amplify errors more than this draw noise; usable plans stay below 70. */
  private static final double MAX_GAIN = 100;

  public Stage {
    Check.that(name.matches("[a-z][a-z0-9_]{0,63}"), "name", name, "lower_snake_case");
    guides = Collections.unmodifiableSortedMap(new TreeMap<>(guides));
    settings = List.copyOf(settings);
  }

  private static Stage of(String name, StageKind course) {
    return new Stage(
        name,
        course,
        Scale.NONE,
        new TreeMap<>(),
        Pixels.NONE,
        Optional.empty(),
        false,
        0,
        false,
        StageSettings.ALL);
  }

  /**
   * Creates a stage that denoises something other than pixels, without guidance. What is doubtful
   * in its noise schedule is logged, each line once.
   */
  public static Stage denoising(String name, StageKind.Denoising course) {
    ScheduleCheck.logRemarks(name, course.schedule());
    return of(name, course);
  }

  /** Creates a stage with a fixed number of steps, without sampler and guidance. */
  public static Stage fixed(String name, int steps) {
    return of(name, new StageKind.Fixed(steps));
  }

  /** Returns the same stage with another course. */
  public Stage withCourse(StageKind other) {
    return new Stage(
        name, other, scale, guides, draws, sizes, reuses, attentions, weaker, settings);
  }

  /** Returns the same stage with guidance. */
  public Stage withScale(Scale other) {
    return new Stage(
        name, course, other, guides, draws, sizes, reuses, attentions, weaker, settings);
  }

  /** Returns the same stage with guides by a gradient. */
  public Stage withGuide(String guide, Scale factor) {
    SortedMap<String, Scale> more = new TreeMap<>(guides);
    more.put(guide, factor);
    return new Stage(name, course, scale, more, draws, sizes, reuses, attentions, weaker, settings);
  }

  /** Returns the same stage, which draws images of this size. */
  public Stage withDraws(Pixels other) {
    return new Stage(
        name, course, scale, guides, other, sizes, reuses, attentions, weaker, settings);
  }

  /** Returns the same stage with these sizes of images added. */
  public Stage withSizes(Sizes offered) {
    return new Stage(
        name,
        course,
        scale,
        guides,
        draws,
        Optional.of(offered),
        reuses,
        attentions,
        weaker,
        settings);
  }

  /** Returns the same stage, whose network is a U-Net or not. */
  public Stage withReuse(boolean isUnet) {
    return new Stage(
        name, course, scale, guides, draws, sizes, isUnet, attentions, weaker, settings);
  }

  /** Returns the same stage, whose network has this many layers of self-attention. */
  public Stage withAttentions(int count) {
    return new Stage(name, course, scale, guides, draws, sizes, reuses, count, weaker, settings);
  }

  /** Returns the same stage, which has a weaker network or not. */
  public Stage withWeaker(boolean isThere) {
    return new Stage(
        name, course, scale, guides, draws, sizes, reuses, attentions, isThere, settings);
  }

  /** Returns the same stage with one more setting, which replaces one of the same name. */
  public Stage withSetting(StageSetting<?> setting) {
    List<StageSetting<?>> more = new ArrayList<>(settings);
    more.removeIf(known -> known.name().equals(setting.name()));
    more.add(setting);
    return new Stage(name, course, scale, guides, draws, sizes, reuses, attentions, weaker, more);
  }

  /** Returns the same stage with other choices, if it has any. */
  public Stage withChoices(UnaryOperator<StageChoices> change) {
    return denoising()
        .map(own -> withCourse(own.withChoices(change.apply(own.choices()))))
        .orElse(this);
  }

  /** Returns the course of denoising; empty if the number of steps is fixed. */
  public Optional<StageKind.Denoising> denoising() {
    return course instanceof StageKind.Denoising own ? Optional.of(own) : Optional.empty();
  }

  /** Returns the largest number of steps. */
  public int maxSteps() {
    return course instanceof StageKind.Fixed fixed
        ? fixed.steps()
        : denoising().orElseThrow().schedule().steps();
  }

  /** Returns the default settings. */
  public SamplingSettings defaults() {
    return denoising()
        .map(StageKind.Denoising::choices)
        .map(
            own ->
                new SamplingSettings(
                    own.samplers().named(own.defaultSampler()),
                    own.defaultSteps(),
                    scale.defaultValue()))
        .orElseGet(() -> SamplingSettings.withoutSampler(scale.defaultValue()));
  }

  /**
   * Returns the size of the images drawn with these settings: the requested size, rounded by the
   * stage.
   */
  public Pixels size(SamplingSettings settings) {
    return settings
        .size()
        .map(asked -> sizes.map(s -> s.rounded(asked)).orElse(asked))
        .orElse(draws);
  }

  /** Returns the number of steps of these settings. */
  public int steps(SamplingSettings settings) {
    return course instanceof StageKind.Fixed fixed ? fixed.steps() : settings.steps();
  }

  /**
   * Returns the plan of these settings.
   *
   * @throws IllegalArgumentException if the sampler does not support this number of steps, or if
   *     the stage has no sampler
   */
  public SamplingPlan plan(SamplingSettings settings) {
    StageKind.Denoising own = requireDenoising();
    return settings.plan(own.schedule(), own.spacing());
  }

  StageKind.Denoising requireDenoising() {
    return denoising()
        .orElseThrow(() -> Check.refusal("stage", name, "one that denoises; it has no sampler"));
  }

  /**
   * Returns normally if the stage supports these settings.
   *
   * @throws IllegalArgumentException if it has no guidance, no weaker network, no sampler, no
   *     U-Net, fewer steps, or no grid with this number of steps
   */
  public void check(SamplingSettings settings) {
    settings
        .guide()
        .ifPresentOrElse(
            guide -> requireGuide(guide).check(name, settings.guidanceScale()),
            () -> scale.check(name, settings.guidanceScale()));
    settings.size().ifPresent(asked -> Check.that(offers(asked), "size", asked, sizesExpected()));
    Check.that(reuses(settings.reuse()), "reuse", settings.reuse(), reuseExpected());
    settings
        .guider()
        .perturbation()
        .flatMap(this::perturbationExpected)
        .ifPresent(
            expected -> {
              throw Check.refusal("guider", "weaker", expected);
            });
    if (settings.guider().leadsFromModel() && !weaker) {
      throw Guider.withoutWeaker();
    }
    if (course instanceof StageKind.Denoising own) {
      settings
          .guider()
          .check(
              plan(settings),
              settings.guidanceScale(),
              settings.treatment().orElse(own.treatment()));
    } else if (settings.hasSampler()) {
      throw Check.refusal(
          "sampler", "given", "none; %s takes %s steps of its own", name, maxSteps());
    }
  }

  /** Whether requests may have this size, which the stage draws or rounds to one that it draws. */
  public boolean offers(Pixels asked) {
    return sizes.map(offered -> offered.offer(asked)).orElseGet(() -> asked.equals(draws));
  }

  /** Describes the supported sizes. */
  public String sizesExpected() {
    return sizes
        .map(Sizes::expected)
        .orElse(
            draws.areDrawn()
                ? draws + ", the only one of " + name
                : "none; " + name + " draws no images");
  }

  /** Describes what can be left out of the network, if it is not this. */
  Optional<String> perturbationExpected(Perturbation asked) {
    if (attentions == 0) {
      return Optional.of("weaker=model; " + name + " has no layers of self-attention");
    }
    return asked.layers().stream().allMatch(layer -> layer < attentions)
        ? Optional.empty()
        : Optional.of("layers from 0 to " + (attentions - 1));
  }

  /** Whether requests may reuse deep features in this many steps in a row. */
  public boolean reuses(int steps) {
    return steps == 1 || (reuses && steps > 1);
  }

  /** Describes the supported reuse of deep features. */
  public String reuseExpected() {
    return reuses ? "≥ 1" : "1; " + name + " has no U-Net, whose deep features could be reused";
  }

  private Scale requireGuide(String guide) {
    Scale known = guides.get(guide);
    if (known == null) {
      throw Check.refusal("guidance", guide, guidesExpected());
    }
    return known;
  }

  /** Describes the available guides. */
  public String guidesExpected() {
    return guides.isEmpty()
        ? "none; the model has no guide for " + name
        : "one of " + String.join(", ", guides.keySet());
  }

  /** Returns a warning about valid settings with a bad outcome; empty if there is none. */
  public Optional<String> advice(SamplingSettings settings) {
    if (course instanceof StageKind.Fixed) {
      return Optional.empty();
    }
    double gain = plan(settings).gain();
    return gain <= MAX_GAIN
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "in %d steps it amplifies the network's errors by up to %.0f; ddim and"
                    + " dpmpp-2m do not",
                settings.steps(),
                gain));
  }

  /**
   * The scale of classifier-free guidance, or of the gradient of a guide.
   *
   * @param defaultValue the default
   * @param most the largest allowed value
   */
  public record Scale(double defaultValue, double most) {
    /** No guidance: the conditional model unchanged. */
    public static final Scale NONE = new Scale(1, 1);

    private static final double MAX_GRADIENT = 1000;

    public Scale {
      Check.that(
          defaultValue >= 0 && defaultValue <= most && Double.isFinite(most),
          "guidance",
          defaultValue,
          "0 to %s",
          most);
    }

    /**
     * Returns the factor of a gradient, at most 1000.
     *
     * @param defaultValue the default
     */
    public static Scale ofGradient(double defaultValue) {
      return new Scale(defaultValue, MAX_GRADIENT);
    }

    /** Whether there is a choice. */
    public boolean isOffered() {
      return !equals(NONE);
    }

    private void check(String stage, GuidanceScale asked) {
      String none = "1; " + stage + " has no guidance";
      if (asked instanceof GuidanceScale.Constant constant) {
        double value = constant.scale();
        boolean offered = isOffered();
        Check.that(
            offered ? value <= most : value == 1,
            "guidanceScale",
            value,
            offered ? "0 to " + most : none);
      } else {
        Check.that(isOffered(), "guidanceScale", asked, none);
      }
    }
  }
}
