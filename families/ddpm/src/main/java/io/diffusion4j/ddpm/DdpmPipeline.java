package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.decoder.GuidedStage;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.embedding.Slerp;
import io.diffusion4j.diffusion.guidance.ConditionGradient;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.Guides;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Pyramid;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageEdit;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ImageToImage;
import io.diffusion4j.diffusion.pipeline.Inpainting;
import io.diffusion4j.diffusion.pipeline.Inversion;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.Projection;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.nn.PerturbedNetwork;
import io.diffusion4j.pipeline.Students;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Diffusion in pixels without text (Ho et al. 2020): one network draws images like its training
 * data, or of one of its classes. Networks of square colour images without classes also start from
 * a noised image, inpaint, and interpolate: two images are encoded by DDIM inversion, and their
 * noise is interpolated spherically (J. Song et al. 2021, §5.3).
 */
public final class DdpmPipeline implements ImagePipeline {
  /** The stage's name, which is also that of unCLIP's decoder. */
  public static final String STAGE = ImageDecoder.STAGE;

  private static final int RGB = 3;

  /** The guidance scale of networks with a null class. */
  private static final double GUIDANCE = 2;

  /** The value in diffusers' pipeline of DiT. */
  private static final double LATENT_GUIDANCE = 4;

  private static final double MAX_GUIDANCE = 20;

  /** The default value for guided-diffusion's classifiers. */
  private static final double CLASSIFIER_SCALE = 1;

  private static final Set<ImageTask.Kind> UNCONDITIONAL = Set.of(ImageTask.Kind.UNCONDITIONAL);

  private static final TextEncoding NO_WORDS =
      new TextEncoding(new float[0], new boolean[1], new float[0]);

  private static final ImageDecoder.Condition NOTHING =
      new ImageDecoder.Condition(new float[0], new Prompt(NO_WORDS, NO_WORDS));

  private final PixelBackbone network;
  private final ModelCard card;
  private final GuidedStage<PixelLabel, Integer> stage;
  private final Optional<Classifier> classifier;
  private final Optional<LatentDecoder> latents;
  private final Optional<ImageDecoder> replacement;

  /**
   * A classifier of the noised images of the network.
   *
   * @param gradient the gradient of log p(class | x_t)
   * @param classes number of classes
   */
  public record Classifier(ConditionGradient<Integer> gradient, int classes) {}

  /**
   * Composes the pipeline.
   *
   * @param network the network's shape
   * @param denoiser the network itself
   * @param scheduler the settings of the network's schedule, and the default sampler
   * @param steps the default number of steps, unless the schedule has fewer
   * @param choices samplers and spacings in addition to the standard ones
   * @param classifier the noise-aware classifier whose gradient guides
   * @param latents decodes latents to images, if the network denoises latents
   * @param replacement draws in place of the network, which then edits nothing
   */
  public DdpmPipeline(
      ModelIdentity identity,
      PixelBackbone network,
      Denoiser<PixelLabel> denoiser,
      SchedulerConfig scheduler,
      int steps,
      UnaryOperator<StageChoices> choices,
      Optional<Classifier> classifier,
      Optional<LatentDecoder> latents,
      Optional<ImageDecoder> replacement) {
    this(
        identity,
        network,
        denoiser,
        scheduler,
        steps,
        choices,
        classifier,
        latents,
        replacement,
        Students.NONE,
        Optional.empty());
  }

  /**
   * Composes the pipeline of a model that may be distilled, or guided by a weaker one.
   *
   * @param students what the distilled model can do
   * @param weaker a smaller or earlier network of the same prediction
   */
  DdpmPipeline(
      ModelIdentity identity,
      PixelBackbone network,
      Denoiser<PixelLabel> denoiser,
      SchedulerConfig scheduler,
      int steps,
      UnaryOperator<StageChoices> choices,
      Optional<Classifier> classifier,
      Optional<LatentDecoder> latents,
      Optional<ImageDecoder> replacement,
      Students students,
      Optional<Denoiser<PixelLabel>> weaker) {
    this.network = network;
    this.replacement = replacement;
    this.latents = latents;
    this.classifier = classifier;
    requireDraws(network, latents);
    var pixels =
        latents
            .map(decoder -> Pixels.square(decoder.imageSize()))
            .orElseGet(() -> new Pixels(network.width(), network.height()));
    var course = scheduler.withTokens(network.tokens()).course(steps);
    var offered =
        Stage.denoising(STAGE, course)
            .withDraws(pixels)
            .withReuse(network.canReuse())
            .withAttentions(PerturbedNetwork.attentions(network))
            .withWeaker(weaker.isPresent());
    if (network.labels().hasNull()) {
      offered =
          offered.withScale(
              new Stage.Scale(latents.isPresent() ? LATENT_GUIDANCE : GUIDANCE, MAX_GUIDANCE));
    }
    offered = students.limited(offered).withChoices(choices);
    if (!offered.scale().isOffered() && weaker.isPresent()) {
      offered = offered.withScale(new Stage.Scale(1, MAX_GUIDANCE));
    }
    if (classifier.isPresent()) {
      offered = offered.withGuide(Guides.CLASSIFIER, Stage.Scale.ofGradient(CLASSIFIER_SCALE));
    }
    card =
        new ModelCard(
            identity,
            pixels,
            ModelCard.Limits.DEFAULT,
            List.of(replacement.map(ImageDecoder::stage).orElse(offered)),
            latents.isPresent() || replacement.isPresent() ? UNCONDITIONAL : tasks(network));
    GuidedStage<PixelLabel, Integer> alone =
        GuidedStage.of(
            offered,
            denoiser,
            network.width() * network.height() * network.channels(),
            classifier.map(Classifier::gradient));
    stage = weaker.map(alone::withWeaker).orElse(alone);
  }

  /**
   * Checks that the network's output is images, and that its classes can be chosen.
   *
   * @throws IllegalArgumentException if not, for example for a network of latents
   */
  static void requireDraws(PixelBackbone network, Optional<LatentDecoder> latents) {
    int channels = network.channels();
    boolean fits = latents.map(decoder -> decoder.channels() == channels).orElse(false);
    Check.that(
        latents.isPresent() ? fits : channels == RGB || channels == 1,
        "in_channels",
        channels,
        latents
            .map(decoder -> decoder.channels() + ", that of the autoencoder")
            .orElse("3, or 1 for grey images"));
    Check.that(
        network.labels().kind() != Labels.Kind.VECTOR,
        "class_embed_type",
        "identity",
        "classes with numbers");
  }

  private static Set<ImageTask.Kind> tasks(PixelBackbone network) {
    boolean edits =
        network.width() == network.height()
            && network.channels() == RGB
            && hasUnlabelled(network.labels());
    return edits
        ? EnumSet.of(
            ImageTask.Kind.UNCONDITIONAL,
            ImageTask.Kind.IMAGE_TO_IMAGE,
            ImageTask.Kind.INPAINT,
            ImageTask.Kind.INTERPOLATION)
        : EnumSet.of(ImageTask.Kind.UNCONDITIONAL);
  }

  /** Whether the network has a null class. */
  private static boolean hasUnlabelled(Labels labels) {
    return labels.kind() == Labels.Kind.NONE || labels.hasNull();
  }

  @Override
  public ModelCard card() {
    return card;
  }

  @Override
  public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
    var own = settings(settings);
    var stage = card.stages().get(0);
    return Map.of(stage.name(), task.accept(new Work(own)).steps(stage.steps(own)));
  }

  @Override
  public void check(ImageTask task, String stageName, SamplingSettings settings) {
    ImagePipeline.super.check(task, stageName, settings);
    task.accept(new Work(settings));
  }

  private SamplingSettings settings(Map<String, SamplingSettings> asked) {
    var stage = card.stages().get(0);
    return asked.getOrDefault(stage.name(), stage.defaults());
  }

  @Override
  public List<Image> draw(
      ImageTask task,
      Map<String, SamplingSettings> settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    task.requireFits(noise.size());
    var own = settings(settings);
    return task.accept(new Work(own)).draw(noise, own, listener);
  }

  /**
   * Returns the network as a decoder whose only condition is a class. It is guided away from the
   * null class, which itself is drawn without guidance, or by a classifier.
   *
   * @param wanted the class that a classifier guides to
   */
  private ImageDecoder decoder(PixelLabel label, OptionalInt wanted) {
    PixelLabel none = new PixelLabel.None();
    return (draws, settings, listener) -> {
      boolean alone = settings.guide().isEmpty() && label.equals(none);
      return stage
          .sample(
              draws.stream().map(draw -> draw.withCondition(label)).toList(),
              Collections.nCopies(draws.size(), none),
              () -> Collections.nCopies(draws.size(), wanted.orElseThrow()),
              alone ? settings.withGuidanceScale(GuidanceScale.constant(1)) : settings,
              listener)
          .stream()
          .map(this::image)
          .toList();
    };
  }

  private ImageDecoder decoder(PixelLabel label) {
    return decoder(label, OptionalInt.empty());
  }

  private Image image(float[] sample) {
    if (latents.isPresent()) {
      return latents.get().decode(sample);
    }
    if (network.channels() == RGB) {
      return new Image(network.width(), network.height(), sample);
    }
    float[] pixels = new float[RGB * sample.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = sample[i / RGB];
    }
    return new Image(network.width(), network.height(), pixels);
  }

  private static List<Draw<ImageDecoder.Condition>> draws(List<NoiseSource> noise) {
    return noise.stream().map(source -> new Draw<>(NOTHING, source)).toList();
  }

  /** The work of a task. */
  private interface Drawing {
    List<Image> draw(List<NoiseSource> noise, SamplingSettings settings, SamplingListener listener);

    /** Returns the number of steps for a requested number of steps. */
    default int steps(int steps) {
      return steps;
    }
  }

  /** An image of which a part is kept. */
  private record Edited(ImageDecoder network, ImageEdit edit) implements Drawing {
    @Override
    public List<Image> draw(
        List<NoiseSource> noise, SamplingSettings settings, SamplingListener listener) {
      return edit.decoder(network).decode(draws(noise), settings, listener);
    }

    @Override
    public int steps(int steps) {
      return edit.steps(ImageEdit.Target.DECODER, steps);
    }
  }

  /** An image that is returned unchanged. */
  private record Kept(Image image) implements Drawing {
    @Override
    public List<Image> draw(
        List<NoiseSource> noise, SamplingSettings settings, SamplingListener listener) {
      return Collections.nCopies(noise.size(), image);
    }

    @Override
    public int steps(int steps) {
      return 0;
    }
  }

  /** Interpolations between two images. */
  private record Between(ImageDecoder network, ImageTask.Interpolation task) implements Drawing {
    @Override
    public List<Image> draw(
        List<NoiseSource> noise, SamplingSettings settings, SamplingListener listener) {
      return Inversion.first(
              network,
              List.of(task.first(), task.second()),
              UnaryOperator.identity(),
              ends -> Projection.startingAt(Slerp.between(ends.get(0), ends.get(1), task.ratio())))
          .decode(draws(noise), settings, listener);
    }

    @Override
    public int steps(int steps) {
      return Math.multiplyExact(2, steps);
    }
  }

  /** Returns the work of a task with these settings. */
  private final class Work implements ImageTask.Visitor<Drawing> {
    private final Optional<String> guide;

    Work(SamplingSettings settings) {
      guide = settings.guide();
    }

    @Override
    public Drawing unconditional(ImageTask.Unconditional task) {
      if (replacement.isPresent()) {
        Check.that(
            task.label().isEmpty(), "label", task.label(), "none; the decoder knows no classes");
        return new Edited(replacement.get(), ImageEdit.NONE);
      }
      if (guide.isEmpty()) {
        return new Edited(decoder(label(task.label())), ImageEdit.NONE);
      }
      var by = classifier.orElseThrow(() -> Check.refusal("guidance", guide.get(), "none"));
      int label = task.label().orElse(-1);
      Check.that(
          label >= 0 && label < by.classes(),
          "label",
          label < 0 ? "none" : label,
          "a class in [0, %s)",
          by.classes());
      boolean classes = network.labels().kind() != Labels.Kind.NONE;
      var pixelLabel = classes ? label(task.label()) : new PixelLabel.None();
      return new Edited(decoder(pixelLabel, task.label()), ImageEdit.NONE);
    }

    private PixelLabel label(OptionalInt label) {
      var labels = network.labels();
      if (label.isEmpty() && hasUnlabelled(labels)) {
        return new PixelLabel.None();
      }
      boolean classes = labels.kind() != Labels.Kind.NONE;
      int count = labels.count();
      String range = count > 0 ? "a class in [0, " + count + ")" : "the number of a class";
      boolean known = label.isPresent() && (count == 0 || label.getAsInt() < count);
      Check.that(
          classes && known,
          "label",
          label.isPresent() ? label.getAsInt() : "none",
          classes ? range : "none; the model knows no classes");
      return new PixelLabel.Numbered(label.getAsInt());
    }

    @Override
    public Drawing imageToImage(ImageTask.ImageToImage task) {
      requireOffered(task);
      requireNoWords(task);
      if (task.strength() == 0) {
        int side = network.width();
        return new Kept(new Image(side, side, new Pyramid(task.image()).level(side)));
      }
      return new Edited(
          decoder(new PixelLabel.None()), new ImageToImage(task.image(), task.strength()));
    }

    @Override
    public Drawing inpaint(ImageTask.Inpaint task) {
      requireOffered(task);
      requireNoWords(task);
      return new Edited(
          decoder(new PixelLabel.None()),
          new Inpainting(task.image(), task.mask(), task.resampling()));
    }

    @Override
    public Drawing interpolation(ImageTask.Interpolation task) {
      requireOffered(task);
      return new Between(decoder(new PixelLabel.None()), task);
    }

    private void requireOffered(ImageTask task) {
      Check.that(
          guide.isEmpty(),
          "guidance",
          guide.orElse(""),
          "none; a classifier guides unconditional images only");
      Check.that(
          card.tasks().contains(task.kind()),
          "task",
          task.kind().label(),
          "one of " + String.join(", ", card.taskNames()));
    }

    private void requireNoWords(ImageTask task) {
      Check.that(task.words().isEmpty(), "prompt", task.words(), "none; the model reads no words");
    }

    @Override
    public Drawing other(ImageTask task) {
      throw Check.refusal(
          "task",
          task.kind().label(),
          "one of %s; the model reads no words",
          String.join(", ", card.taskNames()));
    }
  }
}
