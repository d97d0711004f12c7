package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.checkpoint.lora.PipelineLoras;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.BatchingDenoiser;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.Sizes;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.PerturbedNetwork;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.LatentColours;
import io.diffusion4j.pipeline.Parts;
import io.diffusion4j.pipeline.Parts.Slot;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Resources;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.prior.OnePassPrior;
import io.diffusion4j.prior.PriorConfig;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The networks in the folders of a decoder and its prior. Thread-safe: the queries of all callers
 * of a stage are merged. Holds native memory until it is closed.
 */
final class KandinskyModel implements AutoCloseable {
  private static final int MAX_BATCH = 16;
  private static final int MAX_WAITING = 4096;

  /** The parameters of a segment of CLIP's towers: 200 MB in bfloat16. */
  private static final long SEGMENT = 100_000_000;

  private static final int PRIOR_STEPS = 25;
  private static final int DECODER_STEPS = 100;
  private static final double GUIDANCE = 4;
  private static final double MAX_GUIDANCE = 30;

  /** The largest side of a picture, in pixels. */
  private static final int MAX_PIXELS = 1024;

  private final Path folder;
  private final Compute compute;
  private final PipelineLoras loras;
  private final Resources resources = new Resources();
  private final KandinskyUnet unet;
  private final Movq movq;
  private final ClipTokenizer tokenizer;
  private final Slot<ClipTextModel> text;
  private final Slot<ClipImageModel> image;
  private final Slot<Prior> prior;
  private final Slot<Decoding> decoder;
  private final Slot<MovqModel> autoencoder;
  private final Students students;
  private final Stage priorStage;
  private final Stage decoderStage;
  private final SchedulerConfig scheduler;
  private volatile @Nullable LatentColours colours;
  private volatile float @Nullable [] nothing;

  /**
   * A network of the decoder.
   *
   * @param network the denoiser that merges the queries of all callers
   * @param weaker an earlier or smaller one, from which guidance can lead away
   */
  record Decoding(
      LatentModel model, Denoiser<LatentCondition> network, Optional<Decoding> weaker) {}

  private KandinskyModel(
      Path folder,
      PriorPlace place,
      Compute compute,
      Residency residency,
      List<LoraChoice> updates) {
    this.folder = folder;
    this.compute = compute;
    unet = KandinskyUnet.read(folder.resolve(KandinskyFolder.UNET));
    movq = Movq.read(folder.resolve(KandinskyFolder.MOVQ));
    requireFits(movq, unet);
    loras = loras(folder, place, updates);
    var parts = resources.add(new Parts(residency));
    scheduler =
        SchedulerConfig.readUnscaled(
            folder.resolve(KandinskyFolder.SCHEDULER).resolve(KandinskyFolder.SCHEDULER_CONFIG));
    int latents = unet.unet().sampleSize();
    int side = latents * movq.factor();
    students = Students.in(folder, updates).and(Students.in(place.pipeline(), updates));
    decoderStage =
        students
            .limited(decoderStage(scheduler, Pixels.square(side), unit(unet, movq)))
            .withAttentions(PerturbedNetwork.attentions(unet.denoiser(latents, latents, false)))
            .withWeaker(hasWeaker());

    var loading =
        residency == Residency.ALWAYS
            ? CompiledNetwork.Loading.ONCE
            : CompiledNetwork.Loading.EACH_RUN;
    Path texts = place.pipeline().resolve(KandinskyFolder.TEXT_ENCODER);
    var textNetwork = ClipFolders.readText(texts);
    tokenizer = textNetwork.fitted(UnclipFolder.WORDS.readIn(place.pipeline()));
    requireEmbeddings("text_encoder", textNetwork.embeddingDim(), unet);
    text =
        parts.add(
            KandinskyFolder.TEXT_ENCODER,
            owned ->
                owned.add(
                    new ClipTextModel(
                        tokenizer,
                        textNetwork,
                        tower(textNetwork, texts, KandinskyFolder.TEXT_ENCODER, loading, owned))));

    Path images = place.pipeline().resolve(KandinskyFolder.IMAGE_ENCODER);
    var imageNetwork = ClipFolders.readVision(images);
    var preprocessor = KandinskyFolder.PREPARATION.readIn(place.pipeline());
    imageNetwork.requireFits(preprocessor);
    requireEmbeddings("image_encoder", imageNetwork.embeddingDim(), unet);
    image =
        parts.add(
            KandinskyFolder.IMAGE_ENCODER,
            owned ->
                owned.add(
                    new ClipImageModel(
                        preprocessor,
                        imageNetwork,
                        tower(
                            imageNetwork, images, KandinskyFolder.IMAGE_ENCODER, loading, owned))));

    var priorConfig = PriorModel.readConfig(place.network());
    requireEmbeddings("prior", priorConfig.embeddingDim(), unet);
    var priorScheduler =
        SchedulerConfig.readUnclip(
            place
                .pipeline()
                .resolve(KandinskyFolder.SCHEDULER)
                .resolve(KandinskyFolder.SCHEDULER_CONFIG));
    boolean denoises = priorConfig.course() == PriorConfig.Course.DIFFUSION;
    priorStage =
        denoises
            ? students.limited(priorStage(priorScheduler)).withAttentions(priorConfig.layers())
            : OnePassPrior.OFFERED;
    prior =
        parts.add(
            KandinskyFolder.PRIOR,
            owned -> {
              var model =
                  owned.add(
                      PriorModel.load(
                          place.network(),
                          changed(prior(priorConfig)),
                          priorScheduler.parameterization(),
                          compute));
              return denoises
                  ? new DiffusionPrior(
                      owned.add(batching(Prior.STAGE, model.denoiser())),
                      priorStage,
                      model.standardization())
                  : new OnePassPrior(model);
            });
    decoder = parts.add(KandinskyFolder.UNET, this::openDecoder);
    autoencoder =
        parts.add(
            KandinskyFolder.MOVQ,
            owned -> owned.add(new MovqModel(folder.resolve(KandinskyFolder.MOVQ), compute)));
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
   * Loads a decoder and its prior.
   *
   * @param residency when the networks are in memory
   * @param updates the low-rank updates of the weights
   * @throws CheckpointException if something is missing, damaged or does not fit
   * @throws UncheckedIOException if a file cannot be read
   */
  static KandinskyModel load(
      Path folder,
      PriorPlace place,
      Compute compute,
      Residency residency,
      List<LoraChoice> updates) {
    return new KandinskyModel(folder, place, compute, residency, updates);
  }

  /** Returns the published settings of the diffusion prior. */
  private static Stage priorStage(SchedulerConfig scheduler) {
    return Stage.denoising(Prior.STAGE, scheduler.course(PRIOR_STEPS))
        .withScale(new Stage.Scale(GUIDANCE, MAX_GUIDANCE));
  }

  /**
   * Returns the published settings of the decoder.
   *
   * @param defaultValue the size of its pictures by default
   * @param unit the number that divides the sides of pictures
   */
  private static Stage decoderStage(SchedulerConfig scheduler, Pixels defaultValue, int unit) {
    return Stage.denoising(ImageDecoder.STAGE, scheduler.course(DECODER_STEPS))
        .withScale(new Stage.Scale(GUIDANCE, MAX_GUIDANCE))
        .withDraws(defaultValue)
        .withReuse(true)
        .withSizes(new Sizes(unit, Math.max(unit, MAX_PIXELS)));
  }

  private static void requireFits(Movq movq, KandinskyUnet unet) {
    Check.that(
        movq.latentChannels() == unet.latentChannels(),
        "latent_channels",
        movq.latentChannels(),
        "%s, as the U-Net has it",
        unet.latentChannels());
  }

  private static void requireEmbeddings(String part, int dim, KandinskyUnet unet) {
    Check.that(
        dim == unet.embeddingDim(),
        part,
        "embeddings of " + dim + " values",
        "%s, which the decoder was trained with",
        unet.embeddingDim());
  }

  /** Sizes are multiples of MoVQ's factor, as published, and of the U-Net's downsampling factor. */
  private static int unit(KandinskyUnet unet, Movq movq) {
    int factor = movq.factor();
    int halved = 1 << (unet.unet().levels().size() - 1);
    return factor * Math.max(factor, halved); // both are powers of 2
  }

  /** Assigns the updates to the components. */
  static PipelineLoras loras(Path folder, PriorPlace place, List<LoraChoice> updates) {
    var components = new HashMap<String, Supplier<? extends TensorSource>>();
    components.put(
        KandinskyFolder.UNET,
        () -> Checkpoint.open(folder.resolve(KandinskyFolder.UNET), Checkpoint.DIFFUSERS));
    components.put(
        prior(PriorModel.readConfig(place.network())),
        () -> Checkpoint.open(place.network(), Checkpoint.DIFFUSERS));
    components.put(
        KandinskyFolder.TEXT_ENCODER,
        () ->
            Checkpoint.open(
                place.pipeline().resolve(KandinskyFolder.TEXT_ENCODER), Checkpoint.TRANSFORMERS));
    return PipelineLoras.assign(updates, components);
  }

  /** Returns the component of a prior's updates, which fit one kind of prior only. */
  private static String prior(PriorConfig config) {
    return config.course() == PriorConfig.Course.DIFFUSION
        ? KandinskyFolder.PRIOR
        : KandinskyFolder.ECLIPSE;
  }

  private UnaryOperator<TensorSource> changed(String component) {
    return weights -> loras.merge(component, weights);
  }

  /**
   * Opens one of CLIP's towers, by far the largest networks, whose weights stay on disk if memory
   * is short.
   */
  private CompiledNetwork tower(
      NetworkDefinition network,
      Path path,
      String component,
      CompiledNetwork.Loading loading,
      Resources owned) {
    var checkpoint =
        owned.add(changed(component).apply(Checkpoint.open(path, Checkpoint.TRANSFORMERS)));
    var weights = checkpoint.only(ClipFolders::isParameter);
    return CompiledNetwork.inSegments(network, weights, compute.unquantised(), loading, SEGMENT);
  }

  private boolean hasWeaker() {
    return Files.isDirectory(folder.resolve(KandinskyFolder.WEAKER));
  }

  private Decoding openDecoder(Resources owned) {
    if (!hasWeaker()) {
      return open(KandinskyFolder.UNET, Optional.empty(), owned);
    }
    var other = KandinskyUnet.read(folder.resolve(KandinskyFolder.WEAKER));
    Check.that(
        other.latentChannels() == unet.latentChannels()
            && other.embeddingDim() == unet.embeddingDim()
            && other.concat() == unet.concat(),
        KandinskyFolder.WEAKER,
        "a network of other latents or embeddings",
        "those of the model");
    var weaker = open(KandinskyFolder.WEAKER, Optional.empty(), owned);
    return open(KandinskyFolder.UNET, Optional.of(weaker), owned);
  }

  private Decoding open(String name, Optional<Decoding> weaker, Resources owned) {
    var model =
        owned.add(
            new LatentModel(
                folder.resolve(name),
                changed(name),
                scheduler.parameterization(),
                scheduler.variance(),
                compute));
    return new Decoding(model, owned.add(batching(ImageDecoder.STAGE, model.denoiser())), weaker);
  }

  private static <C> BatchingDenoiser<C> batching(String name, Denoiser<C> network) {
    return new BatchingDenoiser<>(name, network, MAX_BATCH, MAX_WAITING);
  }

  KandinskyUnet unet() {
    return unet;
  }

  /** Returns the width and height of a latent in pixels. */
  int factor() {
    return movq.factor();
  }

  Students students() {
    return students;
  }

  Stage decoderStage() {
    return decoderStage;
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

  ImageEncoder imageEncoder() {
    return images -> image.use(model -> model.encode(images));
  }

  Prior prior() {
    Prior own =
        (draws, settings, listener) -> prior.use(part -> part.sample(draws, settings, listener));
    return own.offeredAs(priorStage);
  }

  /**
   * Returns the unconditional embedding of guidance: that of a picture of zeros after
   * normalisation.
   */
  float[] nothing() {
    float[] known = nothing;
    if (known == null) {
      known = image.use(ClipImageModel::ofNothing);
      nothing = known;
    }
    return known.clone();
  }

  /** Works with the decoder's network. */
  <R> R decode(Function<Decoding, R> work) {
    return decoder.use(work);
  }

  /** Returns the pictures of latents of a size. */
  List<Image> pictures(List<float[]> latents, Pixels size) {
    return autoencoder.use(
        model -> latents.stream().map(latent -> model.decode(latent, size)).toList());
  }

  /** Returns the latent of a picture. */
  float[] latent(Image picture) {
    return autoencoder.use(model -> model.encode(picture));
  }

  /** Returns the colours of latents for previews, computed on first use. */
  LatentColours colours() {
    LatentColours known = colours;
    if (known == null) {
      known =
          autoencoder.use(
              model ->
                  LatentColours.of(
                      model.movq().latentChannels(), model.factor(), model::decodeUncut));
      colours = known;
    }
    return known;
  }

  @Override
  public void close() {
    resources.close();
  }
}
