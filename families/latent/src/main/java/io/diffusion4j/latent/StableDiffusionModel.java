package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.checkpoint.lora.PipelineLoras;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.BatchingDenoiser;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.Sizes;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageSetting;
import io.diffusion4j.diffusion.stage.StageSettings;
import io.diffusion4j.nn.PerturbedNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.LatentColours;
import io.diffusion4j.pipeline.Parts;
import io.diffusion4j.pipeline.Parts.Slot;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Resources;
import io.diffusion4j.pipeline.Students;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
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

  /** The default of networks that read narrower texts than any published one; 7.5 is too much. */
  private static final double SMALL_GUIDANCE = 2;

  /** The width of the texts of the smallest published network. */
  private static final int PUBLISHED_CONTEXT = 768;

  private static final int CONSISTENCY_STEPS = 4;
  private static final double CONSISTENCY_GUIDANCE = 8.5;
  private static final double MAX_GUIDANCE = 30;

  /** The largest side of a picture, in pixels. */
  private static final int MAX_PIXELS = 1024;

  private static final int UNCLIP_STEPS = 20;
  private static final double UNCLIP_GUIDANCE = 10;

  private static final TextEncoding NO_WORDS =
      new TextEncoding(new float[0], new boolean[1], new float[0]);

  private final Path folder;
  private final Compute compute;
  private final PipelineLoras loras;
  private final Resources resources = new Resources();
  private final LatentBackbone unet;
  private final Vae vae;
  private final SchedulerConfig scheduler;
  private final Optional<ClipTokenizer> tokenizer;
  private final Optional<ImageConditioning> images;
  private final Students students;
  private final Stage stage;
  private final Optional<Slot<TextTowers>> text;
  private final TextEncoder textEncoder = textEncoder(0);
  private final Optional<Slot<ClipImageModel>> image;
  private final Optional<EmbeddingPrior> prior;
  private final Slot<Denoiser<UnetCondition>> denoiser;
  private final Optional<Slot<Denoiser<UnetCondition>>> weaker;
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
    images = StableDiffusionFolder.images(folder);
    var parts = resources.add(new Parts(residency));
    var tower =
        StableDiffusionFolder.readsTexts(folder)
            ? Optional.of(StableDiffusionFolder.TEXT.readIn(folder))
            : Optional.<ClipTextNetwork>empty();
    students = Students.in(folder, updates);
    stage = students.limited(withSettings(stage(folder, scheduler, unet, vae), tower, images));
    tokenizer = tower.map(it -> it.fitted(StableDiffusionFolder.WORDS.readIn(folder)));
    text =
        tower.map(
            it ->
                parts.add(
                    StableDiffusionFolder.TEXT_ENCODER,
                    owned -> owned.add(new TextTowers(skip -> openText(it.withoutLast(skip))))));
    image =
        StableDiffusionFolder.hasImages(folder)
            ? Optional.of(
                parts.add(StableDiffusionFolder.IMAGE.name(), owned -> owned.add(openImages())))
            : Optional.empty();
    prior =
        StableDiffusionFolder.hasPrior(folder)
            ? Optional.of(new EmbeddingPrior(folder, parts, compute))
            : Optional.empty();
    int length = tower.map(ClipTextNetwork::positions).orElse(1);
    denoiser =
        parts.add(
            StableDiffusionFolder.UNET,
            owned -> openUnet(StableDiffusionFolder.UNET, owned, length));
    weaker = weaker(parts, length);
    autoencoder =
        parts.add(
            StableDiffusionFolder.VAE,
            owned -> owned.add(new VaeModel(folder.resolve(StableDiffusionFolder.VAE), compute)));
    if (residency == Residency.ALWAYS) {
      try {
        FolderReport.requireNone(folder, parts.openAll());
      } catch (RuntimeException | Error e) {
        close();
        throw e;
      }
    }
  }

  private ClipTextModel openText(ClipTextNetwork tower) {
    try (var weights =
        changed(StableDiffusionFolder.TEXT_ENCODER)
            .apply(StableDiffusionFolder.textWeights(folder))) {
      var names = ClipFolders.manifest(tower).parameters();
      return new ClipTextModel(
          tokenizer.orElseThrow(), tower, weights.only(names::containsKey), compute);
    }
  }

  private ClipImageModel openImages() {
    try (var weights =
        Checkpoint.open(
            folder.resolve(StableDiffusionFolder.IMAGE.name()), Checkpoint.TRANSFORMERS)) {
      return new ClipImageModel(
          StableDiffusionFolder.PREPARATION.readIn(folder),
          StableDiffusionFolder.IMAGE.readIn(folder),
          weights.only(ClipFolders::isParameter),
          compute);
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

  /**
   * Returns the settings of the published pipelines. A folder with a tiny autoencoder, whose
   * scheduler begins at the last timestep, is SDXS: it draws in one step, without guidance.
   */
  private static Stage stage(Path folder, SchedulerConfig scheduler, LatentBackbone unet, Vae vae) {
    int side = unet.sampleSize() * vae.factor();
    boolean consistent = StableDiffusionFolder.isConsistencyModel(folder);
    boolean shown = StableDiffusionFolder.seesImages(folder);
    boolean unclip = unet.labelDim() > 0;
    boolean oneStep =
        vae instanceof TinyAutoencoder && scheduler.spacing() == SchedulerConfig.Spacing.TRAILING;
    int steps = oneStep ? 1 : consistent ? CONSISTENCY_STEPS : unclip ? UNCLIP_STEPS : STEPS;
    double free = unet.contextDim() < PUBLISHED_CONTEXT ? SMALL_GUIDANCE : GUIDANCE;
    double guidance =
        oneStep ? 1 : consistent ? CONSISTENCY_GUIDANCE : unclip ? UNCLIP_GUIDANCE : free;
    var own = consistent || shown ? scheduler : scheduler.corrected();
    return Stage.denoising(ImageDecoder.STAGE, own.course(steps))
        .withScale(new Stage.Scale(guidance, MAX_GUIDANCE))
        .withDraws(Pixels.square(side))
        .withReuse(unet instanceof ConditionalUnet)
        .withAttentions(PerturbedNetwork.attentions(unet.smallNetwork()))
        .withWeaker(Files.isDirectory(folder.resolve(StableDiffusionFolder.WEAKER)))
        .withSizes(new Sizes(vae.factor(), Math.max(side, MAX_PIXELS)));
  }

  /** Adds the settings that depend on what the networks read. */
  private static Stage withSettings(
      Stage stage, Optional<ClipTextNetwork> text, Optional<ImageConditioning> images) {
    Stage with = stage;
    if (text.isPresent()) {
      int most = text.get().transformer().layers() - 1;
      with = with.withSetting(upTo(StageSettings.CLIP_SKIP, most));
    }
    if (images.isEmpty()) {
      var strength = StageSettings.STRENGTH;
      with = with.withSetting(strength.offered(strength.range()));
    } else if (images.get() instanceof ImageConditioning.Label label) {
      with = with.withSetting(upTo(StageSettings.NOISE_LEVEL, label.schedule().steps() - 1));
    }
    return with;
  }

  private static StageSetting<Integer> upTo(StageSetting<Integer> setting, int most) {
    return setting.offered(
        StageSetting.Range.of(value -> value >= 0 && value <= most, "0 to " + most));
  }

  /** Assigns the updates to the components. */
  static PipelineLoras loras(Path folder, List<LoraChoice> updates) {
    var components = new HashMap<String, Supplier<? extends TensorSource>>();
    components.put(
        StableDiffusionFolder.UNET,
        () -> Checkpoint.open(folder.resolve(StableDiffusionFolder.UNET), Checkpoint.DIFFUSERS));
    if (!StableDiffusionFolder.readsTexts(folder)) {
      return PipelineLoras.assign(updates, components);
    }
    components.put(
        StableDiffusionFolder.TEXT_ENCODER, () -> StableDiffusionFolder.textWeights(folder));
    return PipelineLoras.assign(updates, components);
  }

  private UnaryOperator<TensorSource> changed(String component) {
    return weights -> loras.merge(component, weights);
  }

  private Optional<Slot<Denoiser<UnetCondition>>> weaker(Parts parts, int length) {
    String name = StableDiffusionFolder.WEAKER;
    if (!Files.isDirectory(folder.resolve(name))) {
      return Optional.empty();
    }
    var other = LatentBackbone.read(folder.resolve(name));
    Check.that(
        other.inChannels() == unet.inChannels()
            && other.outChannels() == unet.outChannels()
            && other.contextDim() == unet.contextDim()
            && other.guidanceDim() == unet.guidanceDim()
            && other.labelDim() == unet.labelDim(),
        name,
        "a network of other latents or conditions",
        "those of the model");
    return Optional.of(parts.add(name, owned -> openUnet(name, owned, length)));
  }

  private Denoiser<UnetCondition> openUnet(String name, Resources owned, int length) {
    var model =
        owned.add(
            new UnetModel(
                folder.resolve(name),
                changed(name),
                scheduler.parameterization(),
                length,
                compute));
    return owned.add(
        new BatchingDenoiser<>(ImageDecoder.STAGE, model.denoiser(), MAX_BATCH, MAX_WAITING));
  }

  LatentBackbone unet() {
    return unet;
  }

  Vae vae() {
    return vae;
  }

  SchedulerConfig scheduler() {
    return scheduler;
  }

  /** Returns what was distilled. */
  Students students() {
    return students;
  }

  /** Returns the settings of the only stage. */
  Stage stage() {
    return stage;
  }

  TextEncoder textEncoder() {
    return textEncoder;
  }

  /** Returns the text encoder without a number of its last blocks. */
  TextEncoder textEncoder(int skip) {
    return new TextEncoder() {
      @Override
      public List<TextEncoding> encode(List<String> texts) {
        return text.map(slot -> slot.use(towers -> towers.encode(texts, skip)))
            .orElseGet(() -> Collections.nCopies(texts.size(), NO_WORDS));
      }

      @Override
      public Optional<String> truncation(String prompt) {
        return tokenizer.flatMap(words -> words.truncation(prompt));
      }
    };
  }

  /** Returns how the U-Net sees an image; empty if it sees none. */
  Optional<ImageConditioning> images() {
    return images;
  }

  /** Returns what draws embeddings of texts; empty if nothing does. */
  Optional<EmbeddingPrior> prior() {
    return prior;
  }

  /** Whether it reads texts. */
  boolean readsTexts() {
    return text.isPresent();
  }

  /** Returns the embedding of an image, not normalised. */
  float[] embedding(Image picture) {
    return image.orElseThrow().use(model -> model.encode(List.of(picture)).get(0));
  }

  /** Works with the U-Net. */
  <R> R denoise(Function<Denoiser<UnetCondition>, R> work) {
    return denoiser.use(work);
  }

  /** Returns the U-Net that a guider can lead away from, if the folder has one. */
  Optional<Denoiser<UnetCondition>> weaker() {
    return weaker.map(
        slot ->
            new Denoiser<UnetCondition>() {
              @Override
              public Parameterization parameterization() {
                return scheduler.parameterization();
              }

              @Override
              public List<Prediction> predict(List<Query<UnetCondition>> queries) {
                return slot.use(network -> network.predict(queries));
              }
            });
  }

  /** Works with the autoencoder. */
  <R> R code(Function<VaeModel, R> work) {
    return autoencoder.use(work);
  }

  /**
   * Returns a listener that sees images in place of latents: those of a tiny decoder, else colours
   * at the size of the latents.
   *
   * @param size the size of the latents
   */
  SamplingListener previews(SamplingListener listener, Pixels size) {
    if (vae instanceof TinyAutoencoder) {
      var image = new Pixels(vae.factor() * size.width(), vae.factor() * size.height());
      return listener.decoding(
          image, latent -> autoencoder.use(model -> model.decode(latent, size).pixels()));
    }
    return listener.decoding(size, latent -> colours().of(latent));
  }

  private LatentColours colours() {
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

  /**
   * A text tower, and the same without some of its last blocks ({@code clip_skip} of diffusers). Of
   * the shorter ones the last used stays open. Thread-safe; holds native memory until it is closed.
   */
  private static final class TextTowers implements AutoCloseable {
    private final IntFunction<ClipTextModel> opener;
    private final ClipTextModel whole;
    private @Nullable ClipTextModel shorter;
    private int skipped;

    /**
     * Opens the whole tower.
     *
     * @param opener opens the tower without a number of its last blocks
     */
    TextTowers(IntFunction<ClipTextModel> opener) {
      this.opener = opener;
      whole = opener.apply(0);
    }

    /** Encodes texts without the last blocks, fewer than there are. */
    List<TextEncoding> encode(List<String> texts, int skip) {
      return skip == 0 ? whole.encode(texts) : shortened(texts, skip);
    }

    private synchronized List<TextEncoding> shortened(List<String> texts, int skip) {
      ClipTextModel tower = shorter;
      if (tower == null || skipped != skip) {
        closeShorter();
        tower = opener.apply(skip);
        shorter = tower;
        skipped = skip;
      }
      return tower.encode(texts);
    }

    private void closeShorter() {
      ClipTextModel tower = shorter;
      shorter = null;
      if (tower != null) {
        tower.close();
      }
    }

    @Override
    public synchronized void close() {
      closeShorter();
      whole.close();
    }
  }
}
