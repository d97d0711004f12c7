package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.checkpoint.lora.PipelineLoras;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.diffusion.denoiser.BatchingDenoiser;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.Sizes;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.LatentColours;
import io.diffusion4j.pipeline.Parts;
import io.diffusion4j.pipeline.Parts.Slot;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Resources;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The networks in a folder of Stable Diffusion. Thread-safe: the queries of all callers are merged.
 * Holds native memory until it is closed.
 */
final class StableDiffusionModel implements AutoCloseable {
  private static final int MAX_BATCH = 16;
  private static final int MAX_WAITING = 4096;

  private static final int STEPS = 50;
  private static final double GUIDANCE = 7.5;
  private static final int CONSISTENCY_STEPS = 4;
  private static final double CONSISTENCY_GUIDANCE = 8.5;
  private static final double MAX_GUIDANCE = 30;

  /** The largest side of a picture, in pixels. */
  private static final int MAX_PIXELS = 1024;

  private final Path folder;
  private final Compute compute;
  private final PipelineLoras loras;
  private final Resources resources = new Resources();
  private final ConditionalUnet unet;
  private final Vae vae;
  private final SchedulerConfig scheduler;
  private final ClipTokenizer tokenizer;
  private final Stage stage;
  private final Slot<ClipTextModel> text;
  private final Slot<Denoiser<UnetCondition>> denoiser;
  private final Slot<VaeModel> autoencoder;
  private volatile @Nullable LatentColours colours;

  private StableDiffusionModel(
      Path folder, Compute compute, Residency residency, List<LoraChoice> updates) {
    this.folder = folder;
    this.compute = compute;
    unet = StableDiffusionFolder.DENOISER.readIn(folder);
    vae = StableDiffusionFolder.AUTOENCODER.readIn(folder);
    scheduler = StableDiffusionFolder.NOISE.readIn(folder);
    loras = loras(folder, updates);
    stage = stage(folder, scheduler, unet, vae);
    var tower = StableDiffusionFolder.TEXT.readIn(folder);
    tokenizer = tower.fitted(StableDiffusionFolder.WORDS.readIn(folder));
    var parts = resources.add(new Parts(residency));
    text =
        parts.add(
            StableDiffusionFolder.TEXT_ENCODER,
            owned -> {
              try (var weights =
                  changed(StableDiffusionFolder.TEXT_ENCODER)
                      .apply(
                          Checkpoint.open(
                                  folder.resolve(StableDiffusionFolder.TEXT_ENCODER),
                                  Checkpoint.TRANSFORMERS)
                              .renamed(ClipFolders::current))) {
                return owned.add(
                    new ClipTextModel(
                        tokenizer, tower, weights.only(ClipFolders::isParameter), compute));
              }
            });
    denoiser =
        parts.add(StableDiffusionFolder.UNET, owned -> openUnet(owned, tower.positions()));
    autoencoder =
        parts.add(
            StableDiffusionFolder.VAE,
            owned ->
                owned.add(new VaeModel(folder.resolve(StableDiffusionFolder.VAE), compute)));
    if (residency == Residency.ALWAYS) {
      try {
        FolderReport.requireNone(folder, parts.openAll());
      } catch (RuntimeException | Error e) {
        close();
        throw e;
      }
    }
  }

  /**
   * Loads a folder.
   *
   * @param residency when the networks are in memory
   * @param updates the low-rank updates of the weights
   * @throws CheckpointException if something is missing, damaged or does not fit
   * @throws UncheckedIOException if a file cannot be read
   */
  static StableDiffusionModel load(
      Path folder, Compute compute, Residency residency, List<LoraChoice> updates) {
    return new StableDiffusionModel(folder, compute, residency, updates);
  }

  /** Returns the settings of the published pipelines. */
  private static Stage stage(
      Path folder, SchedulerConfig scheduler, ConditionalUnet unet, Vae vae) {
    boolean consistent = StableDiffusionFolder.isConsistencyModel(folder);
    var own = consistent ? scheduler : scheduler.corrected();
    int side = StableDiffusionFolder.sampleSize(folder, unet) * vae.factor();
    return Stage.denoising(ImageDecoder.STAGE, own.course(consistent ? CONSISTENCY_STEPS : STEPS))
        .withScale(
            new Stage.Scale(consistent ? CONSISTENCY_GUIDANCE : GUIDANCE, MAX_GUIDANCE))
        .withDraws(Pixels.square(side))
        .withReuse(true)
        .withSizes(new Sizes(vae.factor(), Math.max(side, MAX_PIXELS)));
  }

  /** Assigns the updates to the components. */
  static PipelineLoras loras(Path folder, List<LoraChoice> updates) {
    var components = new HashMap<String, Supplier<? extends TensorSource>>();
    components.put(
        StableDiffusionFolder.UNET,
        () -> Checkpoint.open(folder.resolve(StableDiffusionFolder.UNET), Checkpoint.DIFFUSERS));
    components.put(
        StableDiffusionFolder.TEXT_ENCODER,
        () ->
            Checkpoint.open(
                    folder.resolve(StableDiffusionFolder.TEXT_ENCODER), Checkpoint.TRANSFORMERS)
                .renamed(ClipFolders::current));
    return PipelineLoras.assign(updates, components);
  }

  private UnaryOperator<TensorSource> changed(String component) {
    return weights -> loras.merge(component, weights);
  }

  private Denoiser<UnetCondition> openUnet(Resources owned, int length) {
    var model =
        owned.add(
            new UnetModel(
                folder.resolve(StableDiffusionFolder.UNET),
                changed(StableDiffusionFolder.UNET),
                scheduler.parameterization(),
                length,
                compute));
    return owned.add(
        new BatchingDenoiser<>(
            ImageDecoder.STAGE, model.denoiser(), MAX_BATCH, MAX_WAITING));
  }

  ConditionalUnet unet() {
    return unet;
  }

  Vae vae() {
    return vae;
  }

  SchedulerConfig scheduler() {
    return scheduler;
  }

  /** Returns the settings of the only stage. */
  Stage stage() {
    return stage;
  }

  TextEncoder textEncoder() {
    return new TextEncoder() {
      @Override
      public List<TextEncoding> encode(List<String> texts) {
        return text.use(model -> model.encode(texts));
      }

      @Override
      public Optional<String> truncation(String prompt) {
        return tokenizer.truncation(prompt);
      }
    };
  }

  /** Works with the U-Net. */
  <R> R denoise(Function<Denoiser<UnetCondition>, R> work) {
    return denoiser.use(work);
  }

  /** Works with the autoencoder. */
  <R> R code(Function<VaeModel, R> work) {
    return autoencoder.use(work);
  }

  /** Returns the colours of latents for previews, computed on first use. */
  LatentColours colours() {
    LatentColours known = colours;
    if (known == null) {
      known =
          autoencoder.use(
              model -> LatentColours.of(vae.latentChannels(), vae.factor(), model::decodeUncut));
      colours = known;
    }
    return known;
  }

  @Override
  public void close() {
    resources.close();
  }
}
