package io.diffusion4j.cli.options;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import com.google.common.base.Splitter;
import com.google.common.primitives.Doubles;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.part.Upsampler;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.v1.ImageSize;
import io.diffusion4j.serving.v1.NoiseLevels;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.unclip.Defaults;
import io.diffusion4j.unclip.PriorChoice;
import io.diffusion4j.unclip.UnclipModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The sampling options of a command; options that are not given use the model's defaults.
 *
 * <p>A command that has them is {@link Sampled}, itself or by a mixin, and names {@link Adder} as
 * its model transformer.
 */
public final class SamplingOptions {
  /** A command with these options, or a mixin of one. */
  public interface Sampled {
    SamplingOptions sampling();
  }

  /** Adds the options to a command. */
  public static final class Adder implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec command) {
      SamplingOptions added =
          Stream.concat(Stream.of(command), command.mixins().values().stream())
              .map(CommandSpec::userObject)
              .filter(Sampled.class::isInstance)
              .map(Sampled.class::cast)
              .findFirst()
              .orElseThrow()
              .sampling();
      var group = ArgGroupSpec.builder().validate(false).order(FIRST).heading(added.heading);
      added.flags.forEach(flag -> group.addArg(flag.option));
      return command.addArgGroup(group.build());
    }
  }

  /** The setting of an option. */
  private enum Setting {
    SAMPLER(String.class, "NAME"),
    PRIOR(String.class, "KIND"),
    STEPS(Integer.class, "N"),
    GUIDANCE(Double.class, "X"),
    GUIDANCE_INTERVAL(String.class, "LOW,HIGH"),
    SCHEDULE(String.class, "NAME"),
    ETA(Double.class, "X"),
    THRESHOLDING(String.class, "NAME"),
    SIZE(String.class, "WxH"),
    REUSE(Integer.class, "K"),
    GUIDE(String.class, "KIND"),
    GUIDE_SCALE(Double.class, "X");

    private final Class<?> type;
    private final String label;

    Setting(Class<?> type, String label) {
      this.type = type;
      this.label = label;
    }
  }

  /**
   * An option.
   *
   * @param stage the stage of the setting; empty for all stages
   */
  private record Flag(String stage, Setting setting, OptionSpec option) {
    static Flag of(String stage, Setting setting, String... help) {
      String of = stage.isEmpty() ? "" : stage.replace('_', '-') + "-";
      return named(
          of + setting.name().toLowerCase(Locale.ROOT).replace('_', '-'), stage, setting, help);
    }

    /** Returns the gradient guide, for the stage that has one. */
    static List<Flag> guides(String kinds) {
      return List.of(
          named(
              "guidance",
              "",
              Setting.GUIDE,
              "A guide by its gradient, instead of classifier-free guidance: " + kinds),
          named(
              "guidance-scale",
              "",
              Setting.GUIDE_SCALE,
              "The factor of the gradient of --guidance. Default: the model's own"));
    }

    private static Flag named(String name, String stage, Setting setting, String... help) {
      return new Flag(
          stage,
          setting,
          OptionSpec.builder("--" + name)
              .type(setting.type)
              .paramLabel(setting.label)
              .description(help)
              .build());
    }

    String name() {
      return option.longestName().substring(2);
    }

    @Nullable Object value() {
      return option.getValue();
    }

    void require(boolean holds, String expected) {
      Check.that(holds, name(), value(), expected);
    }

    void requireAbsent(String why) {
      require(value() == null, "none; " + why);
    }
  }

  /** The group is listed before the other groups of options, which have picocli's default order. */
  private static final int FIRST = -2;

  /** Two numbers of at most five digits each. */
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,5})[x×]([0-9]{1,5})");

  /** The optional one-pass prior in a model's folder. */
  private static final String ECLIPSE = "eclipse";

  private static final String PUBLISHED = "; of a published pipeline: ";

  private static final String REUSE =
      "Computes the deep levels of the %s's U-Net in one of K steps in a row and reuses their"
          + " features in the others: faster, and a little different. Default: 1, every step.";

  private final String heading;
  private final String guided;
  private final List<Flag> flags;

  private SamplingOptions(String heading, String guided, List<Flag> flags) {
    this.heading = "%n" + heading + ":%n";
    this.guided = guided;
    this.flags = flags;
  }

  /** Returns the options of unCLIP's stages. */
  public static SamplingOptions ofUnclip(String heading) {
    return new SamplingOptions(
        heading,
        ImageDecoder.STAGE,
        Stream.of(
                List.of(
                    Flag.of(
                        "",
                        Setting.SAMPLER,
                        "The sampler of all stages. Default: "
                            + Defaults.SAMPLER
                            + PUBLISHED
                            + Defaults.PUBLISHED_SAMPLER,
                        "The samplers include ddim, ddpm, dpmpp-2m, euler, heun and unclip; the"
                            + " error for an unknown name lists all."),
                    Flag.of(
                        "",
                        Setting.PRIOR,
                        "The prior that draws image embeddings: diffusion; ar, the autoregressive"
                            + " prior, which has guidance but no sampler and no steps; eclipse, a"
                            + " one-pass prior in the model's folder; or a folder with a prior."
                            + " Default: diffusion")),
                each(Setting.SAMPLER, "The sampler of the %s. Default: that of all stages."),
                List.of(
                    Flag.of(
                        Prior.STAGE,
                        Setting.STEPS,
                        "Steps of the prior. Default: " + Defaults.PRIOR_STEPS),
                    Flag.of(
                        ImageDecoder.STAGE,
                        Setting.STEPS,
                        "Steps of the decoder. Default: "
                            + Defaults.DECODER_STEPS
                            + PUBLISHED
                            + Defaults.PUBLISHED_DECODER_STEPS),
                    Flag.of(
                        Upsampler.STAGE,
                        Setting.STEPS,
                        "Steps of the upsampler. Default: " + Defaults.SUPER_RES_STEPS),
                    Flag.of(
                        Prior.STAGE,
                        Setting.GUIDANCE,
                        "Guidance scale of the prior; 1 is none. Default: "
                            + Defaults.PRIOR_GUIDANCE
                            + PUBLISHED
                            + Defaults.PUBLISHED_PRIOR_GUIDANCE),
                    Flag.of(
                        ImageDecoder.STAGE,
                        Setting.GUIDANCE,
                        "Guidance scale of the decoder; 1 is none. Default: "
                            + Defaults.DECODER_GUIDANCE
                            + PUBLISHED
                            + Defaults.PUBLISHED_DECODER_GUIDANCE)),
                each(
                        Setting.GUIDANCE_INTERVAL,
                        "The noise levels at which the guidance of the %s acts, as sigma; at the"
                            + " others a step takes half the time. Default: all")
                    .subList(0, 2), // not of the upsampler
                List.of(
                    Flag.named(
                        "size",
                        ImageDecoder.STAGE,
                        Setting.SIZE,
                        "Width and height of the images, such as 768x512, for models with several"
                            + " sizes; rounded up to a size that the model draws. Default: the"
                            + " model's own")),
                each(
                    Setting.SCHEDULE,
                    "The spacing of the %s's timesteps, such as leading or trailing. Default: its"
                        + " own."),
                each(
                    Setting.ETA,
                    "The noise that a sampler such as ddim adds in the %s, from 0 to 1. Default:"
                        + " 0."),
                each(
                        Setting.THRESHOLDING,
                        "The thresholding of x0 in the %s: clip, dynamic or none. Default: its"
                            + " own.")
                    .subList(1, 3), // not of the prior
                each(Setting.REUSE, REUSE).subList(1, 3), // nor this
                Flag.guides("classifier (with --label) or clip, if the model has one"))
            .flatMap(List::stream)
            .toList());
  }

  /** Returns the options of GLIDE's stages. */
  public static SamplingOptions ofGlide() {
    return new SamplingOptions("Sampling", "base", glide());
  }

  private static List<Flag> glide() {
    List<Flag> flags = new ArrayList<>(Flag.guides("clip, if the model has one"));
    flags.addAll(
        List.of(
            Flag.of("base", Setting.SAMPLER, "The sampler of the base. Default: ddpm"),
            Flag.of("base", Setting.STEPS, "Steps of the base. Default: 100"),
            Flag.of(
                "base",
                Setting.GUIDANCE,
                "Guidance scale of the base; 1 is none. Default: 3, or 5 to complete a picture"),
            Flag.of("base", Setting.REUSE, REUSE.formatted("base")),
            Flag.of(
                "upsampler",
                Setting.SAMPLER,
                "The sampler of the upsampler. Default: ddim, or ddpm to complete a picture"),
            Flag.of(
                "upsampler",
                Setting.STEPS,
                "Steps of the upsampler; 27 are spaced unevenly. Default: 27"),
            Flag.of("upsampler", Setting.REUSE, REUSE.formatted("upsampler"))));
    return flags;
  }

  private static List<Flag> each(Setting setting, String help) {
    return List.of(
        Flag.of(Prior.STAGE, setting, help.formatted("prior")),
        Flag.of(ImageDecoder.STAGE, setting, help.formatted("decoder")),
        Flag.of(Upsampler.STAGE, setting, help.formatted("upsampler")));
  }

  /**
   * Returns the names that {@link #set} knows, stage by stage; images of a series have one size,
   * and a value with a comma is no value of a series.
   */
  public List<String> names() {
    return flags.stream()
        .filter(flag -> flag.setting != Setting.SIZE && flag.setting != Setting.GUIDANCE_INTERVAL)
        .collect(groupingBy(Flag::stage, LinkedHashMap::new, toList()))
        .values()
        .stream()
        .flatMap(List::stream)
        .map(Flag::name)
        .toList();
  }

  private Optional<Object> forAll(Setting setting) {
    return flags.stream()
        .filter(flag -> flag.stage.isEmpty() && flag.setting == setting)
        .findFirst()
        .map(Flag::value);
  }

  /**
   * Sets an option in place of the command line.
   *
   * @throws IllegalArgumentException if there is none of this name, or if it has no such value
   */
  public void set(String name, String value) {
    for (Flag flag : flags) {
      if (flag.name().equals(name)) {
        flag.option.setValue(parsed(flag, value));
        return;
      }
    }
    throw Check.refusal("option", name, "one of " + String.join(", ", names()));
  }

  private static Object parsed(Flag flag, String value) {
    boolean whole = flag.setting.type == Integer.class;
    try {
      return whole
          ? Integer.valueOf(value)
          : flag.setting.type == Double.class ? Double.valueOf(value) : value;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          flag.name() + ": " + value + " (expected: " + (whole ? "an integer" : "a number") + ")",
          e);
    }
  }

  /**
   * Checks everything that needs no model.
   *
   * @throws IllegalArgumentException if a value is invalid for every model
   */
  public void check() {
    for (Flag flag : flags) {
      Object value = flag.value();
      if (value != null) {
        switch (flag.setting) {
          case STEPS, REUSE -> flag.require((int) value >= 1, "≥ 1");
          case GUIDANCE ->
              flag.require((double) value >= 0 && Double.isFinite((double) value), "≥ 0");
          case GUIDE_SCALE -> {
            flag.require((double) value >= 0 && Double.isFinite((double) value), "≥ 0");
            flag.require(forAll(Setting.GUIDE).isPresent(), "none without --guidance");
          }
          case ETA -> flag.require((double) value >= 0 && (double) value <= 1, "0 to 1");
          case SIZE -> flag.require(SIZE.matcher((String) value).matches(), "such as 768x512");
          case GUIDANCE_INTERVAL -> levels(flag.name(), (String) value);
          case PRIOR -> place((String) value);
          case SAMPLER, SCHEDULE, THRESHOLDING, GUIDE -> {} // only a model knows its names
        }
      }
    }
    if (forAll(Setting.PRIOR).equals(Optional.of(PriorChoice.AR.word()))) {
      for (Flag flag : flags) {
        if (flag.stage.equals(Prior.STAGE) && flag.setting != Setting.GUIDANCE) {
          flag.requireAbsent("the autoregressive prior has none");
        }
      }
    }
  }

  /** Refuses a choice of the prior, for a server, whose model has its own. */
  public void checkForServer() {
    flags.stream()
        .filter(flag -> flag.setting == Setting.PRIOR)
        .forEach(flag -> flag.requireAbsent("a server's model has its own"));
  }

  /**
   * Refuses settings of the prior, for commands that draw no embeddings. A folder of a prior is
   * accepted, as it may contain the required image encoder.
   */
  public void checkWithoutPrior() {
    flags.stream()
        .filter(flag -> flag.stage.equals(Prior.STAGE) || isKindOfPrior(flag))
        .forEach(flag -> flag.requireAbsent("no prior is used"));
  }

  private static boolean isKindOfPrior(Flag flag) {
    return flag.setting == Setting.PRIOR
        && flag.value() instanceof String word
        && (word.equals(ECLIPSE) || PriorChoice.isKnown(word));
  }

  /**
   * Checks the names of samplers, unless plugins may add some; a server may know others.
   *
   * @param model the folder of the model
   * @throws IllegalArgumentException if one is unknown; the message lists the known ones
   */
  public void checkSamplers(Path model, PluginOptions plugins) {
    if (!plugins.areGiven()) {
      checkSamplers(UnclipModel.priorSamplers(model));
    }
  }

  /**
   * Checks the names of samplers.
   *
   * @throws IllegalArgumentException if one is unknown; the message lists the known ones
   */
  public void checkSamplers(ByName<Sampler> known) {
    for (Flag flag : flags) {
      Object name = flag.value();
      if (flag.setting == Setting.SAMPLER && name != null) {
        known.named((String) name);
      }
    }
  }

  /** Returns the settings for opening the requested prior. */
  public Opening opening(Opening own) {
    return forAll(Setting.PRIOR).map(word -> own.withPrior(place((String) word))).orElse(own);
  }

  /**
   * Returns the name of a prior, or its folder, which may be a published model.
   *
   * @throws IllegalArgumentException if it is neither
   */
  private static String place(String word) {
    if (word.equals(ECLIPSE)) {
      return word;
    }
    Path folder = PublishedModel.folder(Path.of(word));
    return Files.isDirectory(folder) ? folder.toString() : PriorChoice.named(word).word();
  }

  private static ImageSize size(String text) {
    var size = SIZE.matcher(text);
    Check.that(size.matches(), "size", text, "such as 768x512");
    return ImageSize.newBuilder()
        .setWidth(Integer.parseInt(size.group(1)))
        .setHeight(Integer.parseInt(size.group(2)))
        .build();
  }

  private static NoiseLevels levels(String name, String text) {
    List<Double> levels = Splitter.on(',').splitToStream(text).map(Doubles::tryParse).toList();
    boolean holds =
        levels.size() == 2
            && levels.stream().allMatch(level -> level != null && level >= 0)
            && levels.get(0) < levels.get(1);
    Check.that(holds, name, text, "two noise levels, such as 0.3,3");
    return NoiseLevels.newBuilder().setLow(levels.get(0)).setHigh(levels.get(1)).build();
  }

  /** Returns the given settings by stage, for a server with unknown stages. */
  public Map<String, StageOptions> byStage() {
    Map<String, StageOptions> stages = new LinkedHashMap<>();
    flags.forEach(flag -> stages.put(flag.stage, options(flag.stage, true)));
    guide(guided, stages);
    return given(stages);
  }

  /**
   * Returns the given settings for the stages of a model, and those for unknown stages, which the
   * model refuses. A sampler for all stages applies to those that denoise.
   */
  public Map<String, StageOptions> byStage(ModelCard card) {
    Map<String, StageOptions> stages = new LinkedHashMap<>();
    flags.forEach(flag -> stages.put(flag.stage, options(flag.stage, false)));
    for (Stage stage : card.stages()) {
      stages.put(stage.name(), options(stage.name(), stage.denoising().isPresent()));
    }
    guide(
        card.stages().stream()
            .filter(stage -> !stage.guides().isEmpty())
            .findFirst()
            .or(() -> card.stage(guided))
            .or(() -> card.stages().stream().findFirst())
            .map(Stage::name)
            .orElse(guided),
        stages);
    return given(stages);
  }

  /**
   * Returns the settings of the stages for a task, by these options.
   *
   * @throws IllegalArgumentException if the model cannot draw the task with them
   */
  public Map<String, SamplingSettings> settings(ImagePipeline pipeline, ImageTask task) {
    return DirectRequest.settings(pipeline, task, byStage(pipeline.card()), OptionNames::of);
  }

  /** Adds the guide to the options of a stage. */
  private void guide(String stage, Map<String, StageOptions> stages) {
    var options = stages.getOrDefault(stage, StageOptions.getDefaultInstance()).toBuilder();
    forAll(Setting.GUIDE).ifPresent(kind -> options.setGuidance((String) kind));
    forAll(Setting.GUIDE_SCALE).ifPresent(scale -> options.setGuidanceScale((double) scale));
    stages.put(stage, options.build());
  }

  private static Map<String, StageOptions> given(Map<String, StageOptions> stages) {
    stages.remove("");
    stages.values().removeIf(StageOptions.getDefaultInstance()::equals);
    return stages;
  }

  private StageOptions options(String stage, boolean samples) {
    var options = StageOptions.newBuilder();
    if (samples) {
      forAll(Setting.SAMPLER).ifPresent(all -> options.setSampler((String) all));
    }
    for (Flag flag : flags) {
      Object value = flag.value();
      if (flag.stage.equals(stage) && value != null) {
        switch (flag.setting) {
          case SAMPLER -> options.setSampler((String) value);
          case STEPS -> options.setSteps((int) value);
          case GUIDANCE -> options.setGuidanceScale((double) value);
          case SCHEDULE -> options.setSchedule((String) value);
          case ETA -> options.setEta((double) value);
          case THRESHOLDING -> options.setThresholding((String) value);
          case GUIDE, GUIDE_SCALE -> {} // of whichever stage has a guide
          case SIZE -> options.setSize(size((String) value));
          case REUSE -> options.setReuse((int) value);
          case GUIDANCE_INTERVAL ->
              options.setGuidanceInterval(levels(flag.name(), (String) value));
          case PRIOR -> {} // chooses a model's part, which samples nothing by that
        }
      }
    }
    return options.build();
  }
}
