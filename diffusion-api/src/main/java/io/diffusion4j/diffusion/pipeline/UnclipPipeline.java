package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.component.TextCoverage;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageEdit.Target;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * unCLIP (Ramesh et al. 2022, fig. 2): the text encoder encodes a prompt, the prior draws an image
 * embedding that fits it, the decoder draws an image with this embedding, and the upsampler
 * enlarges the image. Every other task enters this chain at a later stage, or decorates its stages.
 */
public final class UnclipPipeline implements ImagePipeline {
  private static final Set<ImageTask.Kind> EDITS =
      EnumSet.of(ImageTask.Kind.INPAINT, ImageTask.Kind.IMAGE_TO_IMAGE, ImageTask.Kind.TEXT_DIFF);

  private final Function<UnclipParts, ModelCard> describe;
  private final UnclipParts parts;
  private final Pixels images;
  private final GuidanceRule guidance;
  private final Optional<Embedder> embedder;
  private volatile @Nullable ModelCard card;

  /**
   * Composes the parts.
   *
   * @param identity the identity of the model, called when the card is requested
   * @param images the size of the upsampler's images
   * @param tasks the tasks that the parts support; edits are left out if a part does not denoise
   */
  public UnclipPipeline(
      Supplier<ModelIdentity> identity,
      Pixels images,
      ModelCard.Limits limits,
      Set<ImageTask.Kind> tasks,
      UnclipParts parts) {
    this(
        own -> new ModelCard(identity.get(), images, limits, own.stages(), possible(tasks, own)),
        parts,
        images,
        GuidanceRule.AS_ASKED,
        Optional.empty());
  }

  private UnclipPipeline(
      Function<UnclipParts, ModelCard> describe,
      UnclipParts parts,
      Pixels images,
      GuidanceRule guidance,
      Optional<Embedder> embedder) {
    this.describe = describe;
    this.parts = parts;
    this.images = images;
    this.guidance = guidance;
    this.embedder = embedder;
  }

  private static Set<ImageTask.Kind> possible(Set<ImageTask.Kind> tasks, UnclipParts parts) {
    boolean editable =
        parts.decoder().stage().denoising().isPresent()
            && parts.upsampler().stage().denoising().isPresent();
    Set<ImageTask.Kind> possible = EnumSet.copyOf(tasks);
    if (!editable) {
      possible.removeAll(EDITS);
    }
    return possible;
  }

  /** Returns the pipeline with this guidance rule. */
  public UnclipPipeline withGuidance(GuidanceRule rule) {
    return new UnclipPipeline(describe, parts, images, rule, embedder);
  }

  /** Returns the pipeline with embeddings that can be used separately. */
  public UnclipPipeline withEmbedder(Embedder space) {
    return new UnclipPipeline(describe, parts, images, guidance, Optional.of(space));
  }

  @Override
  public ModelCard card() {
    ModelCard known = card;
    if (known == null) { // at worst, two threads describe the model
      known = describe.apply(parts);
      card = known;
    }
    return known;
  }

  @Override
  public List<Image> draw(
      ImageTask task,
      Map<String, SamplingSettings> settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    task.requireFits(noise.size());
    var run = new UnclipWork.Run(parts, guided(task.kind(), settings), noise, listener);
    return run.each(work(task).draw(run));
  }

  private Map<String, SamplingSettings> guided(
      ImageTask.Kind kind, Map<String, SamplingSettings> settings) {
    Map<String, SamplingSettings> guided = new LinkedHashMap<>();
    for (Stage stage : stages(kind)) {
      SamplingSettings own = settings.getOrDefault(stage.name(), stage.defaults());
      guided.put(
          stage.name(),
          stage.scale().isOffered()
              ? own.withGuidanceScale(guidance.of(stage.name(), own.guidanceScale()))
              : own);
    }
    return guided;
  }

  private UnclipWork work(ImageTask task) {
    return task.accept(new UnclipWork.Of(images.width()));
  }

  @Override
  public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
    Map<String, Integer> steps = new LinkedHashMap<>();
    UnclipWork work = work(task);
    ImageEdit edit = work.edit();
    if (work instanceof UnclipWork.Decoded decoded) {
      if (decoded.source().usesPrior()) {
        put(steps, parts.prior().stage(), stepsOf(parts.prior().stage(), settings));
      }
      Stage decoder = parts.decoder().stage();
      put(steps, decoder, edit.steps(Target.DECODER, stepsOf(decoder, settings)));
    }
    if (!(work instanceof UnclipWork.Kept)) {
      Stage upsampler = parts.upsampler().stage();
      put(steps, upsampler, edit.steps(Target.UPSAMPLER, stepsOf(upsampler, settings)));
    }
    return steps;
  }

  private static int stepsOf(Stage stage, Map<String, SamplingSettings> settings) {
    return stage.steps(settings.getOrDefault(stage.name(), stage.defaults()));
  }

  private static void put(Map<String, Integer> steps, Stage stage, int count) {
    if (count > 0) {
      steps.put(stage.name(), count);
    }
  }

  /** Guidance would move away from the given image, so a text diff has no guidance by default. */
  @Override
  public List<Stage> stages(ImageTask.Kind kind) {
    return kind == ImageTask.Kind.TEXT_DIFF
        ? parts.stages().stream()
            .map(
                stage ->
                    stage.draws().areDrawn()
                        ? stage.withScale(new Stage.Scale(1, stage.scale().most()))
                        : stage)
            .toList()
        : parts.stages();
  }

  /** Checks the settings of a stage as the task's edit changes them. */
  @Override
  public void check(ImageTask task, String stage, SamplingSettings settings) {
    ImageEdit edit = work(task).edit();
    SamplingSettings edited =
        stage.equals(parts.decoder().stage().name())
            ? edit.settings(Target.DECODER, settings)
            : stage.equals(parts.upsampler().stage().name())
                ? edit.settings(Target.UPSAMPLER, settings)
                : settings;
    ImagePipeline.super.check(task, stage, edited);
  }

  @Override
  public TextCoverage texts() {
    return parts.textEncoder();
  }

  @Override
  public Optional<Embedder> embedder() {
    return embedder;
  }
}
