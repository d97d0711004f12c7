package io.diffusion4j.cli.options;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.StageSetting;
import io.diffusion4j.diffusion.stage.StageSetting.Values;
import io.diffusion4j.diffusion.stage.StageSettings;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.serving.request.DirectGenerator;
import io.diffusion4j.serving.request.ModelMessages;
import io.diffusion4j.serving.request.StageResolver;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.SupportedSetting;
import io.diffusion4j.unclip.Defaults;
import io.diffusion4j.unclip.PriorChoice;
import io.diffusion4j.unclip.UnclipModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The sampling options of a command, one for each {@link StageSetting} of each stage; options that
 * are not given use the model's defaults.
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
      group.addArg(added.prior);
      added.flags.stream()
          .filter(flag -> command.findOption("--" + flag.name()) == null) // another meaning there
          .forEach(flag -> group.addArg(flag.option));
      return command.addArgGroup(group.build());
    }
  }

  /**
   * An option.
   *
   * @param stage the stage of the setting; empty for all stages that read it, or the one that does
   * @param decides the setting that the stage of a flag without a stage reads
   */
  private record Flag(
      String stage, StageSetting<?> setting, StageSetting<?> decides, OptionSpec option) {
    static Flag of(String name, String stage, StageSetting<?> setting, String help) {
      return new Flag(stage, setting, setting, spec(name, setting, help));
    }

    /** Returns the option of a setting of a stage. */
    static Flag of(String stage, String words, StageSetting<?> setting) {
      String name = stage.replace('_', '-') + "-" + setting.option();
      String help = setting.help().formatted(words) + DEFAULTS.getOrDefault(name, "");
      OptionSpec option = spec(name, setting, help);
      boolean ofPlugins = OF_PLUGINS.getOrDefault(stage, Set.of()).contains(setting);
      return new Flag(
          stage, setting, setting, ofPlugins ? option.toBuilder().hidden(true).build() : option);
    }

    static OptionSpec spec(String name, StageSetting<?> setting, String... help) {
      return OptionSpec.builder("--" + name)
          .type(setting.kind().isPair() ? String.class : setting.kind().type())
          .paramLabel(setting.kind().label())
          .description(help)
          .build();
    }

    String name() {
      return option.longestName().substring(2);
    }

    @Nullable Object given() {
      return option.getValue();
    }

    /** Returns the value, which was checked. */
    Object value() {
      return setting.kind().parse(String.valueOf(given())).orElseThrow();
    }

    void check() {
      setting
          .fault(String.valueOf(given()))
          .ifPresent(
              expected -> {
                throw Check.refusal(name(), String.valueOf(given()), expected);
              });
    }

    void requireAbsent(String why) {
      Check.that(given() == null, name(), given(), "none; " + why);
    }
  }

  /** The group is listed before the other groups of options, which have picocli's default order. */
  private static final int FIRST = -2;

  /** The optional one-pass prior in a model's folder. */
  private static final String ECLIPSE = "eclipse";

  private static final Pattern STAGE = Pattern.compile("stages\\[\"(.*?)\"]\\.(.*)");

  /** The name of a task at the beginning of a path. */
  private static final Pattern TASK =
      Pattern.compile(
          Arrays.stream(ImageTask.Kind.values())
              .map(ImageTask.Kind::label)
              .collect(Collectors.joining("|", "^(?:", ")\\.")));

  /** The fields of requests that options name in another way. */
  private static final Map<String, String> RENAMED =
      Map.of(
          "image_count", "count",
          "prompt.negative_text", "negative",
          "resampling.jump_length", "repaint-jump",
          "resampling.times", "repaint-times");

  /** The stages of the families, by the words of their help. */
  private static final Map<String, String> STAGES = new LinkedHashMap<>();

  static {
    STAGES.put(Prior.STAGE, "prior");
    STAGES.put(ImageDecoder.STAGE, "decoder");
    STAGES.put(Upsampler.STAGE, "upsampler");
    STAGES.put("base", "base of GLIDE");
    STAGES.put("upsampler", "upsampler of GLIDE");
  }

  private static final Set<StageSetting<?>> GUIDED =
      Set.of(StageSettings.GUIDANCE_SCALE, StageSettings.GUIDER, StageSettings.GUIDANCE_INTERVAL);

  /** The settings that no stage of this name has but a plugin's, so no help lists them. */
  private static final Map<String, Set<StageSetting<?>>> OF_PLUGINS =
      Map.of(
          Prior.STAGE, Set.of(StageSettings.REUSE), Upsampler.STAGE, GUIDED, "upsampler", GUIDED);

  /** The defaults of models that were trained here, and of published pipelines. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "prior-steps",
          defaults(Defaults.PRIOR_STEPS, Defaults.PUBLISHED_PRIOR_STEPS),
          "decoder-steps",
          defaults(Defaults.DECODER_STEPS, Defaults.PUBLISHED_DECODER_STEPS),
          "super-res-steps",
          defaults(Defaults.SUPER_RES_STEPS, Defaults.SUPER_RES_STEPS),
          "prior-guidance",
          defaults(Defaults.PRIOR_GUIDANCE, Defaults.PUBLISHED_PRIOR_GUIDANCE),
          "decoder-guidance",
          defaults(Defaults.DECODER_GUIDANCE, Defaults.PUBLISHED_DECODER_GUIDANCE));

  private final String heading;
  private final OptionSpec prior =
      OptionSpec.builder("--prior")
          .type(String.class)
          .paramLabel("KIND")
          .description(
              "The prior that draws image embeddings: diffusion; ar, the autoregressive "
                  + "prior, which has guidance but neither sampler nor steps; eclipse, the "
                  + "one-pass prior in the model's folder; or the folder of another prior. "
                  + "Default: diffusion")
          .build();

  private final List<Flag> flags = new ArrayList<>();

  /** Creates the options of all settings. */
  public SamplingOptions(String heading) {
    this(heading, StageSettings.ALL);
  }

  /** Creates the options of some settings. */
  public SamplingOptions(String heading, List<StageSetting<?>> settings) {
    this.heading = "%n" + heading + ":%n";
    flags.add(
        Flag.of(
            "sampler",
            "",
            StageSettings.SAMPLER,
            "The sampler of all stages, such as ddim, ddpm, dpmpp-2m, euler, heun or "
                + "unclip. The error message for an unknown name lists all samplers."
                + defaults(Defaults.SAMPLER, Defaults.PUBLISHED_SAMPLER)));
    flags.add(
        Flag.of(
            "steps",
            "",
            StageSettings.STEPS,
            "The number of steps of the decoder; of the U-Net of a model with one stage; "
                + "or of the base model of GLIDE. Default: the model's own"));
    flags.add(
        Flag.of(
            "cfg",
            "",
            StageSettings.GUIDANCE_SCALE,
            "The guidance scale of the same stage as --steps; 1 is no guidance. Default: "
                + "the model's own"));
    settings.stream()
        .filter(StageSetting::ofOneStage)
        .forEach(one -> flags.add(Flag.of(one.option(), "", one, one.help())));
    flags.add(
        new Flag(
            "",
            StageSettings.GUIDANCE_SCALE,
            StageSettings.GUIDANCE,
            Flag.spec(
                "guidance-scale",
                StageSettings.GUIDANCE_SCALE,
                "The factor of the gradient of --guidance, ≥ 0. Default: the model's own")));
    STAGES.forEach(
        (stage, words) ->
            settings.stream()
                .filter(setting -> !setting.ofOneStage())
                .forEach(setting -> flags.add(Flag.of(stage, words, setting))));
  }

  private static String defaults(Object ours, Object published) {
    return " Default: " + ours + (ours.equals(published) ? "" : "; published: " + published);
  }

  /**
   * Returns the names that {@link #set} knows, stage by stage; images of a series have one size,
   * and a value with a comma is no value of a series.
   */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (Flag flag : flags) {
      if (!flag.setting.kind().isPair()) {
        names.add(flag.name());
      }
    }
    names.add(1, "prior");
    return names;
  }

  private Optional<String> prior() {
    return Optional.ofNullable(prior.getValue());
  }

  /**
   * Sets an option in place of the command line.
   *
   * @throws IllegalArgumentException if there is none of this name, or if it has no such value
   */
  public void set(String name, String value) {
    if (name.equals("prior")) {
      prior.setValue(value);
      return;
    }
    Flag flag =
        flags.stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> Check.refusal("option", name, "one of " + String.join(", ", names())));
    var kind = flag.setting.kind();
    Object parsed =
        kind.parse(value).orElseThrow(() -> Check.refusal(name, value, kind.expected()));
    flag.option.setValue(kind.isPair() ? value : parsed); // as the command line does
  }

  private Stream<Flag> given() {
    return flags.stream().filter(flag -> flag.given() != null);
  }

  /**
   * Checks everything that needs no model.
   *
   * @throws IllegalArgumentException if a value is invalid for every model
   */
  public void check() {
    given().forEach(Flag::check);
    for (Flag flag : given().toList()) {
      Check.that(
          flag.setting.equals(flag.decides)
              || given().anyMatch(one -> one.setting.equals(flag.decides)),
          flag.name(),
          flag.given(),
          "none without --%s",
          flag.decides.option());
    }
    prior().ifPresent(SamplingOptions::priorOf);
    if (prior().equals(Optional.of(PriorChoice.AR.word()))) {
      for (Flag flag : flags) {
        if (flag.stage.equals(Prior.STAGE) && !flag.setting.equals(StageSettings.GUIDANCE_SCALE)) {
          flag.requireAbsent("the autoregressive prior has none");
        }
      }
    }
  }

  /** Refuses a choice of the prior, for a server, whose model has its own. */
  public void checkForServer() {
    Check.that(prior().isEmpty(), "prior", prior.getValue(), "none; a server's model has its own");
  }

  /**
   * Refuses settings of the prior, for commands that draw no embeddings. A folder of a prior is
   * accepted, as it may contain the required image encoder.
   */
  public void checkWithoutPrior() {
    String why = "no prior is used";
    flags.stream()
        .filter(flag -> flag.stage.equals(Prior.STAGE))
        .forEach(flag -> flag.requireAbsent(why));
    prior()
        .filter(word -> word.equals(ECLIPSE) || PriorChoice.isKnown(word))
        .ifPresent(
            word -> {
              throw Check.refusal("prior", word, "none; " + why);
            });
  }

  /**
   * Checks the names of samplers, schedules and thresholdings, unless plugins may add some; a
   * server may know others.
   *
   * @param model the folder of the model
   * @throws IllegalArgumentException if one is unknown; the message lists the known ones
   */
  public void checkNames(Path model, PluginOptions plugins) {
    if (!plugins.areGiven()) {
      requireKnown(StageSettings.SAMPLER, UnclipModel.priorSamplers(model));
      requireKnown(StageSettings.SCHEDULE, TimestepSpacings.standard());
      requireKnown(StageSettings.THRESHOLDING, Thresholding.standard());
    }
  }

  private void requireKnown(StageSetting<String> setting, ByName<?> known) {
    for (Flag flag : given().filter(each -> each.setting.equals(setting)).toList()) {
      String name = String.valueOf(flag.given());
      Check.that(known.names().contains(name), flag.name(), name, known.expectedInsteadOf(name));
    }
  }

  /** Whether the option of a name was given. */
  public boolean isGiven(String name) {
    return given().anyMatch(flag -> flag.name().equals(name));
  }

  /** Returns the settings for opening the requested prior. */
  public OpenOptions opening(OpenOptions own) {
    return prior().map(word -> own.withPrior(priorOf(word))).orElse(own);
  }

  /**
   * Returns the name of a prior, or its folder, which may be a published model.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static String priorOf(String word) {
    if (word.equals(ECLIPSE) || PriorChoice.isKnown(word)) {
      return word;
    }
    Path folder = PublishedModel.folder(Path.of(word));
    return Files.isDirectory(folder) ? folder.toString() : PriorChoice.named(word).word();
  }

  /**
   * Returns the given settings for the stages of a model, and those for unknown stages, which the
   * model refuses. A sampler for all stages applies to those that denoise.
   */
  public Map<String, StageOptions> byStage(List<ModelStage> stages) {
    Map<String, Map<String, Object>> values = new LinkedHashMap<>();
    for (Flag flag : given().toList()) { // those of all stages first
      for (String stage : stages(flag, stages)) {
        values
            .computeIfAbsent(stage, name -> new LinkedHashMap<>())
            .put(flag.setting.name(), flag.value());
      }
    }
    List<StageSetting<?>> settings = flags.stream().<StageSetting<?>>map(Flag::setting).toList();
    Map<String, StageOptions> options = new LinkedHashMap<>();
    values.forEach(
        (stage, own) -> {
          var message = StageOptions.newBuilder();
          StageResolver.write(new Values(own), settings, message);
          options.put(stage, message.build());
        });
    return options;
  }

  /** Returns the given settings for the stages of a model in this process. */
  public Map<String, StageOptions> byStage(ModelCard card) {
    return byStage(card.stages().stream().map(ModelMessages::stage).toList());
  }

  private static List<String> stages(Flag flag, List<ModelStage> stages) {
    if (!flag.stage.isEmpty()) {
      return List.of(flag.stage);
    }
    List<String> reading =
        stages.stream()
            .filter(stage -> reads(stage, flag.decides.name()))
            .map(ModelStage::getName)
            .toList();
    if (flag.setting.equals(StageSettings.SAMPLER) || reading.size() == 1) {
      return reading;
    }
    boolean decodes = reading.isEmpty() || reading.contains(ImageDecoder.STAGE);
    Predicate<ModelStage> one =
        flag.setting.equals(StageSettings.SIZE)
            ? stage -> stage.getImageWidth() > 0 // the last one draws the finished picture
            : stage -> stage.getName().equals(decodes ? ImageDecoder.STAGE : reading.get(0));
    return stages.stream() // several, or none, which refuses the setting
        .filter(one)
        .map(ModelStage::getName)
        .reduce((first, last) -> last)
        .or(() -> stages.stream().map(ModelStage::getName).findFirst())
        .map(List::of)
        .orElse(List.of());
  }

  private static boolean reads(ModelStage stage, String setting) {
    return stage.getSettingsList().stream()
        .map(SupportedSetting::getName)
        .anyMatch(setting::equals);
  }

  /**
   * Returns the settings of the stages for a task, by these options.
   *
   * @throws IllegalArgumentException if the model cannot draw the task with them
   */
  public Map<String, SamplingSettings> settings(ImagePipeline pipeline, ImageTask task) {
    return DirectGenerator.settings(
        pipeline, task, byStage(pipeline.card()), SamplingOptions::nameOf);
  }

  /**
   * Returns the name of the option or argument that sets a field.
   *
   * @param field its path in the request, as {@code stages["decoder"].guidance_scale}
   */
  public static String nameOf(String field) {
    Matcher stage = STAGE.matcher(field);
    if (stage.matches()) {
      for (StageSetting<?> setting : StageSettings.ALL) {
        if (setting.name().equals(stage.group(2))) {
          return setting.ofOneStage()
              ? setting.option()
              : hyphens(stage.group(1)) + "-" + setting.option();
        }
      }
    }
    String own = TASK.matcher(field).replaceFirst("").replaceFirst("^stages\\[\"(.*?)\"]$", "$1");
    String named = RENAMED.get(own);
    return named == null ? hyphens(own.replaceFirst("[._](?:data|text)$", "")) : named;
  }

  private static String hyphens(String name) {
    return name.replace('_', '-').replace('.', '-');
  }
}
