package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.checkpoint.lora.PipelineLoras;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.noised.NoisedClip;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.decoder.DecoderCondition;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderLikelihood;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.denoiser.BatchingDenoiser;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.LastStepDenoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.Guides;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.solver.AnalyticDpmSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.nn.PerturbedNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.ProbedDenoiser;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.Parts;
import io.diffusion4j.pipeline.Parts.Slot;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Resources;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.prior.AutoregressiveModel;
import io.diffusion4j.prior.AutoregressivePrior;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.prior.EpsPowerFile;
import io.diffusion4j.prior.OnePassPrior;
import io.diffusion4j.prior.PriorModel;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The networks of a pipeline folder and the stages around them. Thread-safe: the queries of all
 * callers of a stage are merged. Holds native memory until it is closed.
 *
 * <p>The priors and the image encoder are optional: diffusers' text-to-image pipeline has no image
 * encoder, its variation pipeline has no prior, and neither has an autoregressive prior. A missing
 * stage fails when it is used.
 */
public final class UnclipModel implements AutoCloseable {
  /** The factor of the gradient of a noised CLIP, from GLIDE. */
  private static final double CLIP_SCALE = 3;

  private static final int MAX_BATCH = 16;
  private static final int MAX_WAITING = 4096;

  /** The name of the sampler whose variance is computed from measurements of the prior. */
  private static final String ANALYTIC_DPM = "analytic-dpm";

  /** The settings of the autoregressive prior: its network fixes the number of draws. */
  private static final double AR_TEMPERATURE = 1;

  private final ModelFolder folder;
  private final Compute compute;
  private final PipelineLoras loras;
  private final Parts parts;
  private final Resources resources = new Resources();
  private final ClipTokenizer tokenizer;
  private final Slot<ClipTextModel> text;
  private final Optional<Slot<ClipImageModel>> image;
  private final Optional<Slot<Prior>> prior;
  private final Optional<Slot<AutoregressivePrior>> autoregressivePrior;
  private final Slot<Decoding> decoder;
  private final DiffusionUpsampler upsampler;
  private final Stage priorStage;
  private final Stage decoderStage;
  private final Optional<NoisedClip> guide;
  private final int embeddingSize;
  private final String name;
  private final Students students;
  private final Optional<KnownWords> words;
  private final Defaults defaults;

  private UnclipModel(
      ModelFolder folder,
      Compute compute,
      Residency residency,
      PipelineLoras loras,
      Optional<Path> noisedClip,
      Optional<Path> onePassPrior) {
    this.folder = folder;
    this.compute = compute;
    this.loras = loras;
    this.parts = resources.add(new Parts(residency));
    var textNetwork = ClipFolders.readText(folder.folder(UnclipFolder.TEXT_ENCODER));
    tokenizer = textNetwork.fitted(UnclipFolder.tokenizer(folder.folder(UnclipFolder.TOKENIZER)));
    embeddingSize = textNetwork.embeddingDim();
    text = parts.add(UnclipFolder.TEXT_ENCODER, owned -> owned.add(openText(textNetwork)));
    image = optional(UnclipFolder.IMAGE_ENCODER, this::addImage);
    name = preset(folder);
    students = Students.in(folder.path(), loras.choices());
    words = KnownWords.read(folder.path());
    defaults = new Defaults(!name.equals(ModelFacts.NAMELESS));
    // A variation pipeline has no prior, so these steps are never read.
    var priorScheduler =
        folder.has(UnclipFolder.PRIOR_SCHEDULER)
            ? folder.scheduler(UnclipFolder.PRIOR_SCHEDULER)
            : SchedulerConfig.unclipPrior();
    priorStage =
        onePassPrior.isPresent()
            ? OnePassPrior.OFFERED
            : students
                .limited(defaults.prior(priorScheduler, priorSamplers(folder.path())))
                .withAttentions(priorAttentions());
    prior =
        onePassPrior
            .map(path -> parts.add(UnclipFolder.PRIOR, owned -> openOnePassPrior(path, owned)))
            .or(
                () ->
                    optional(
                        UnclipFolder.PRIOR,
                        () ->
                            parts.add(
                                UnclipFolder.PRIOR,
                                owned -> openPrior(priorScheduler.parameterization(), owned))));
    autoregressivePrior = optional(UnclipFolder.PRIOR_AR, this::addAutoregressivePrior);
    var backbone = DecoderFolders.readBackbone(folder.folder(UnclipFolder.DECODER));
    var decoderScheduler =
        folder.scheduler(UnclipFolder.DECODER_SCHEDULER).withTokens(backbone.tokens());
    int decoderSize = backbone.sampleSize();
    guide = noisedClip.map(path -> resources.add(NoisedClip.load(path, compute)));
    guide.ifPresent(judge -> judge.requireFits(decoderSize, decoderSize));
    Stage plain =
        students
            .limited(defaults.decoder(decoderScheduler, decoderSize))
            .withReuse(backbone instanceof UnetConfig)
            .withAttentions(PerturbedNetwork.attentions(DecoderModel.network(backbone, 1)))
            .withWeaker(folder.has(UnclipFolder.WEAKER));
    decoderStage =
        guide.isPresent()
            ? plain.withGuide(Guides.CLIP, Stage.Scale.ofGradient(CLIP_SCALE))
            : plain;
    decoder =
        parts.add(
            UnclipFolder.DECODER,
            owned -> openDecoder(textNetwork.positions(), decoderScheduler, owned));

    var upsamplerScheduler = folder.scheduler(UnclipFolder.SUPER_RES_SCHEDULER);
    int imageSize =
        DecoderFolders.readUpsampler(folder.folder(UnclipFolder.SUPER_RES_FIRST)).sampleSize();
    var first = upsampler(UnclipFolder.SUPER_RES_FIRST, upsamplerScheduler.parameterization());
    var network =
        students.of(Upsampler.STAGE).isPresent() // which has one network
            ? first
            : new LastStepDenoiser<>(
                first,
                upsampler(UnclipFolder.SUPER_RES_LAST, upsamplerScheduler.parameterization()));
    upsampler =
        new DiffusionUpsampler(
            resources.add(batching(Upsampler.STAGE, network)),
            students.limited(defaults.upsampler(upsamplerScheduler, imageSize)));
  }

  /** Returns the layers of the diffusion prior's network; 0 without one. */
  private int priorAttentions() {
    return folder.has(UnclipFolder.PRIOR)
        ? PriorModel.readConfig(folder.folder(UnclipFolder.PRIOR)).layers()
        : 0;
  }

  /**
   * Reads the preset from the decoder's weights; damaged weights are reported when they are opened.
   */
  private static String preset(ModelFolder folder) {
    try {
      return ModelFacts.of(folder.path()).name();
    } catch (CheckpointException e) {
      return ModelFacts.NAMELESS;
    }
  }

  /**
   * Returns the samplers of the prior in a folder: the standard ones, and the one that needs
   * measurements if the folder contains them.
   */
  public static ByName<Sampler> priorSamplers(Path folder) {
    return EpsPowerFile.read(folder.resolve(UnclipFolder.PRIOR))
        .map(power -> Samplers.standard().with(ANALYTIC_DPM, new AnalyticDpmSampler(power)))
        .orElseGet(
            () ->
                Samplers.standard()
                    .without(ANALYTIC_DPM, "`diffusion4j measure` of the model first"));
  }

  /**
   * Loads a folder for as long as the model is open.
   *
   * @throws CheckpointException if something is missing or does not fit; the message lists it
   * @throws UncheckedIOException if a file cannot be read
   */
  public static UnclipModel load(Path folder, Compute compute) {
    return load(folder, compute, Residency.ALWAYS);
  }

  /**
   * Chooses the number format that suits a folder: bfloat16 if its decoder is stored in 16 bits and
   * the processor multiplies such numbers, otherwise float32.
   *
   * @throws CheckpointException if the folder is not a model's
   */
  public static Precision suited(Path folder) {
    var files = ModelFolder.open(folder);
    files.require(UnclipFolder.DECODER);
    try (var decoder = files.checkpoint(UnclipFolder.DECODER)) {
      boolean small =
          decoder.names().stream()
              .allMatch(name -> decoder.info(name).dtype().bytes() <= Short.BYTES);
      return small && Engines.areMadeFor(Precision.BFLOAT16)
          ? Precision.BFLOAT16
          : Precision.FLOAT32;
    } catch (CheckpointException e) {
      FolderReport.requireNone(files.path(), UnclipFolder.report(files.path()).allFailures());
      throw e;
    }
  }

  /**
   * Loads a folder: {@code model_index.json} with the components of diffusers' {@code
   * UnCLIPPipeline}, optionally with an {@code image_encoder}, or of {@code
   * UnCLIPImageVariationPipeline}.
   *
   * @param residency when the networks are in memory
   * @throws CheckpointException if something is missing or does not fit; the message lists it, for
   *     all components
   * @throws UncheckedIOException if a file cannot be read
   */
  public static UnclipModel load(Path folder, Compute compute, Residency residency) {
    return load(folder, compute, residency, List.of());
  }

  /**
   * Loads a folder with low-rank updates of its networks.
   *
   * @param updates the updates that are added to their weights
   * @throws CheckpointException if something is missing or does not fit, updates included
   */
  public static UnclipModel load(
      Path folder, Compute compute, Residency residency, List<LoraChoice> updates) {
    return load(folder, compute, residency, updates, Optional.empty(), Optional.empty());
  }

  /**
   * Loads a folder with a noised CLIP that can guide the decoder, and with another prior.
   *
   * @param noisedClip its folder
   * @param onePassPrior the folder of a prior of one pass, which stands in for the diffusion prior
   */
  public static UnclipModel load(
      Path folder,
      Compute compute,
      Residency residency,
      List<LoraChoice> updates,
      Optional<Path> noisedClip,
      Optional<Path> onePassPrior) {
    var files = ModelFolder.open(folder);
    files.require(UnclipFolder.required(files.className()).toArray(String[]::new));
    PipelineLoras loras = loras(files, updates, onePassPrior.isEmpty());
    UnclipModel model;
    try {
      model = new UnclipModel(files, compute, residency, loras, noisedClip, onePassPrior);
    } catch (IllegalArgumentException e) {
      throw Fit.failure(files, e);
    }
    try {
      boolean resident = residency == Residency.ALWAYS;
      FolderReport.requireNone(
          folder, resident ? model.parts.openAll() : UnclipFolder.report(folder).allFailures());
      Fit.of(files);
      return model;
    } catch (IllegalArgumentException e) {
      model.close();
      throw Fit.failure(files, e);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /**
   * Assigns the updates to the components of a folder.
   *
   * @param isDiffusion whether the folder's diffusion prior draws; others take no updates
   */
  static PipelineLoras loras(ModelFolder files, List<LoraChoice> updates, boolean isDiffusion) {
    var components = new LinkedHashMap<String, Supplier<? extends TensorSource>>();
    Stream.of(UnclipFolder.DECODER, UnclipFolder.PRIOR, UnclipFolder.TEXT_ENCODER)
        .filter(name -> files.has(name) && (isDiffusion || !name.equals(UnclipFolder.PRIOR)))
        .forEach(name -> components.put(name, () -> files.checkpoint(name)));
    String upsampler = UnclipFolder.SUPER_RES_FIRST;
    components.put(upsampler, () -> CurrentNames.of(files.checkpoint(upsampler)));
    return PipelineLoras.assign(updates, components);
  }

  private <T> Optional<Slot<T>> optional(String component, Supplier<Slot<T>> slot) {
    return folder.has(component) ? Optional.of(slot.get()) : Optional.empty();
  }

  private UnaryOperator<TensorSource> changed(String component) {
    return weights -> loras.merge(component, weights);
  }

  private ClipTextModel openText(ClipTextNetwork network) {
    try (var checkpoint =
        changed(UnclipFolder.TEXT_ENCODER).apply(folder.checkpoint(UnclipFolder.TEXT_ENCODER))) {
      return new ClipTextModel(
          tokenizer, network, checkpoint.only(ClipFolders::isParameter), compute);
    }
  }

  private Slot<ClipImageModel> addImage() {
    var network = ClipFolders.readVision(folder.folder(UnclipFolder.IMAGE_ENCODER));
    var preprocessor = UnclipFolder.preprocessor(folder, network);
    network.requireFits(preprocessor);
    return parts.add(
        UnclipFolder.IMAGE_ENCODER, owned -> owned.add(openImage(network, preprocessor)));
  }

  private ClipImageModel openImage(ClipVisionNetwork network, ClipPreprocessor preprocessor) {
    try (var checkpoint = folder.checkpoint(UnclipFolder.IMAGE_ENCODER)) {
      return new ClipImageModel(
          preprocessor, network, checkpoint.only(ClipFolders::isParameter), compute);
    }
  }

  private Prior openOnePassPrior(Path path, Resources owned) {
    var model = PriorModel.load(path, Parameterization.X0, compute);
    owned.add(model);
    Check.that(
        model.config().embeddingDim() == embeddingSize,
        "prior",
        "embeddings of " + model.config().embeddingDim() + " values",
        "%s, as CLIP's",
        embeddingSize);
    return new OnePassPrior(model);
  }

  private Prior openPrior(Parameterization parameterization, Resources owned) {
    var model =
        owned.add(
            PriorModel.load(
                folder.folder(UnclipFolder.PRIOR),
                changed(UnclipFolder.PRIOR),
                parameterization,
                compute));
    return new DiffusionPrior(
        owned.add(batching(Prior.STAGE, model.denoiser())), priorStage, model.standardization());
  }

  private Slot<AutoregressivePrior> addAutoregressivePrior() {
    return parts.addOnDemand(
        UnclipFolder.PRIOR_AR,
        owned -> {
          var model =
              owned.add(AutoregressiveModel.load(folder.folder(UnclipFolder.PRIOR_AR), compute));
          return new AutoregressivePrior(
              model.predictor(), model.codes(), model.config().dotBuckets(), AR_TEMPERATURE);
        });
  }

  /** The decoder's network, for drawing and for likelihoods. */
  private record Decoding(DiffusionDecoder stage, DecoderLikelihood likelihood) {}

  private Decoding openDecoder(int textLength, SchedulerConfig scheduler, Resources owned) {
    var model =
        owned.add(
            DecoderModel.load(
                folder.folder(UnclipFolder.DECODER),
                changed(UnclipFolder.DECODER),
                folder.folder(UnclipFolder.TEXT_PROJ),
                textLength,
                scheduler,
                compute));
    var network = owned.add(batching(ImageDecoder.STAGE, model.denoiser()));
    var own = decoderStage.denoising().orElseThrow();
    return new Decoding(
        new DiffusionDecoder(
            model,
            network,
            decoderStage,
            guide.map(clip -> new DiffusionDecoder.ClipGuide(clip::encode, clip)),
            folder.has(UnclipFolder.WEAKER)
                ? Optional.of(openWeaker(model, textLength, scheduler, owned))
                : Optional.empty()),
        new DecoderLikelihood(
            model, network, own.schedule(), scheduler.variance(), own.treatment()));
  }

  private DiffusionDecoder.Weaker openWeaker(
      DecoderModel guided, int textLength, SchedulerConfig scheduler, Resources owned) {
    var model =
        owned.add(
            DecoderModel.load(
                folder.folder(UnclipFolder.WEAKER),
                folder.folder(UnclipFolder.WEAKER_TEXT_PROJ),
                textLength,
                scheduler,
                compute));
    Check.that(
        model.config().sampleSize() == guided.config().sampleSize()
            && model.completes() == guided.completes()
            && model.embeddingSize() == guided.embeddingSize(),
        UnclipFolder.WEAKER,
        "a network of other images or embeddings",
        "those of the model");
    return new DiffusionDecoder.Weaker(
        model, owned.add(batching(ImageDecoder.STAGE, model.denoiser())));
  }

  private Denoiser<Image> upsampler(String name, Parameterization parameterization) {
    Path origin = folder.folder(name);
    return new UpsamplerSlot(
        parts.add(
            name,
            owned ->
                owned.add(UpsamplerModel.load(origin, changed(name), parameterization, compute))),
        parameterization);
  }

  /** The network of an upsampler, opened at the first query. */
  private record UpsamplerSlot(Slot<UpsamplerModel> slot, Parameterization parameterization)
      implements Denoiser<Image> {
    @Override
    public List<Prediction> predict(List<Query<Image>> queries) {
      return slot.use(model -> model.denoiser().predict(queries));
    }
  }

  private static <C> BatchingDenoiser<C> batching(String name, Denoiser<C> network) {
    return new BatchingDenoiser<>(name, network, MAX_BATCH, MAX_WAITING);
  }

  /** Returns the number format of the networks. */
  public Precision precision() {
    return compute.precision();
  }

  /** Returns the tokenizer. */
  public ClipTokenizer tokenizer() {
    return tokenizer;
  }

  /** Returns CLIP's text tower. */
  public TextEncoder textEncoder() {
    return new TextEncoder() {
      @Override
      public List<TextEncoding> encode(List<String> texts) {
        return text.use(model -> model.encode(texts));
      }

      @Override
      public Optional<String> truncation(String text) {
        return tokenizer.truncation(text);
      }

      @Override
      public Optional<String> unknownWords(String text) {
        return words.flatMap(known -> known.warning(text));
      }

      @Override
      public List<String> knownWords() {
        return words.map(KnownWords::sorted).orElse(List.of());
      }
    };
  }

  /**
   * Returns CLIP's image tower.
   *
   * <p>It fails with a {@link CheckpointException} when it is used, if the folder has none.
   */
  public ImageEncoder imageEncoder() {
    return images -> there(image, UnclipFolder.IMAGE_ENCODER).use(model -> model.encode(images));
  }

  /**
   * Embeds images that another framework has prepared.
   *
   * @throws IllegalArgumentException if their size is not the image tower's
   * @throws CheckpointException if the folder has no image encoder
   */
  public List<float[]> encodePrepared(PreparedPixels pixels) {
    return there(image, UnclipFolder.IMAGE_ENCODER)
        .use(
            model -> {
              int size = model.network().imageSize();
              if (pixels.height() != size || pixels.width() != size) {
                throw new IllegalArgumentException(
                    "pixel_values: %d×%d (expected: %d×%d)"
                        .formatted(pixels.width(), pixels.height(), size, size));
              }
              return model.encodePrepared(pixels.images());
            });
  }

  /**
   * Returns the diffusion prior, which draws one embedding per call, without a choice among
   * candidates.
   *
   * <p>It fails with a {@link CheckpointException} when it is used, if the folder has none.
   */
  public Prior prior() {
    Prior own =
        (draws, settings, listener) ->
            there(prior, UnclipFolder.PRIOR).use(stage -> stage.sample(draws, settings, listener));
    return own.offeredAs(priorStage);
  }

  /**
   * Returns the autoregressive prior, which is loaded at its first use and draws one embedding per
   * call.
   *
   * <p>It fails with a {@link CheckpointException} when it is used, if the folder has none.
   */
  public Prior autoregressivePrior() {
    Prior own =
        (draws, settings, listener) ->
            there(autoregressivePrior, UnclipFolder.PRIOR_AR)
                .use(stage -> stage.sample(draws, settings, listener));
    return own.offeredAs(
        hasAutoregressivePrior()
            ? defaults.autoregressivePrior(
                AutoregressiveModel.readConfig(folder.folder(UnclipFolder.PRIOR_AR)).components())
            : priorStage);
  }

  /** Returns the decoder. */
  public ImageDecoder decoder() {
    ImageDecoder own =
        (draws, settings, listener) ->
            decoder.use(part -> part.stage.decode(draws, settings, listener));
    return own.offeredAs(decoderStage);
  }

  /**
   * Returns the likelihood of small pictures under the decoder. Use it only while the decoder is
   * open, which it always is under {@link Residency#ALWAYS}.
   */
  public DecoderLikelihood decoderLikelihood() {
    return decoder.use(Decoding::likelihood);
  }

  /**
   * Loads the decoder's network again, with the gradient of its prediction; the caller closes it.
   */
  ProbedDenoiser<DecoderCondition> probedDecoder() {
    return DecoderModel.probed(
        folder.folder(UnclipFolder.DECODER),
        changed(UnclipFolder.DECODER),
        decoderLikelihood().model().contextLength(),
        folder.scheduler(UnclipFolder.DECODER_SCHEDULER),
        compute);
  }

  /** Returns the upsampler. */
  public Upsampler upsampler() {
    return upsampler;
  }

  /** Returns height and width of the final images, in pixels. */
  public int imageSize() {
    return upsampler.stage().draws().width();
  }

  /** Returns the folder. */
  public Path folder() {
    return folder.path();
  }

  /** Returns the preset that it was trained from, or {@link ModelFacts#NAMELESS}. */
  public String name() {
    return name;
  }

  /** Returns its distilled stages. */
  public Students students() {
    return students;
  }

  /** Returns the default number of candidate embeddings that the prior draws. */
  public int candidates() {
    return defaults.candidates();
  }

  /** Returns the number of values of a text or image embedding. */
  public int embeddingSize() {
    return embeddingSize;
  }

  /** Whether there is an {@link #imageEncoder}. */
  public boolean hasImageEncoder() {
    return image.isPresent();
  }

  /** Whether there is a {@link #prior}. */
  public boolean hasPrior() {
    return prior.isPresent();
  }

  /** Whether there is an {@link #autoregressivePrior}. */
  public boolean hasAutoregressivePrior() {
    return autoregressivePrior.isPresent();
  }

  private <T> Slot<T> there(Optional<Slot<T>> slot, String name) {
    return slot.orElseThrow(
        () -> new CheckpointException(folder.path(), name + ": no such component"));
  }

  /** Closes everything, the newest first; the stages must not be used afterwards. */
  @Override
  public void close() {
    resources.close();
  }
}
