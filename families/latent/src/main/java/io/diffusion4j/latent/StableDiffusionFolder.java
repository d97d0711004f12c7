package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The layout of a folder of diffusers' {@code StableDiffusionPipeline} and its relatives. A safety
 * checker is neither needed nor read.
 */
final class StableDiffusionFolder {
  static final String UNET = "unet";

  /** The optional smaller or earlier U-Net that autoguidance leads away from. */
  static final String WEAKER = "weaker";

  static final String VAE = "vae";
  static final String SCHEDULER = "scheduler";
  static final String TEXT_ENCODER = UnclipFolder.TEXT_ENCODER;
  static final String SAFETY_CHECKER = "safety_checker";

  /** The class of a folder that draws pictures of texts. */
  static final String PIPELINE = "StableDiffusionPipeline";

  /** The class of a folder that draws variations of a picture, without a text. */
  private static final String VARIATION = "StableDiffusionImageVariationPipeline";

  /** The class of a folder that draws variations of a picture, with a text. */
  private static final String STABLE_UNCLIP = "StableUnCLIPImg2ImgPipeline";

  /** The class of a folder whose prior draws the embeddings of texts. */
  private static final String STABLE_UNCLIP_TEXT = "StableUnCLIPPipeline";

  private static final String CONSISTENCY = "LatentConsistencyModel";

  /** The classes whose networks draw pictures of texts. */
  private static final List<String> CLASSES =
      List.of(
          PIPELINE,
          "StableDiffusionImg2ImgPipeline",
          "StableDiffusionInpaintPipeline",
          "StableDiffusionInpaintPipelineLegacy",
          VARIATION,
          STABLE_UNCLIP,
          STABLE_UNCLIP_TEXT,
          CONSISTENCY + "Pipeline",
          CONSISTENCY + "Img2ImgPipeline");

  /** The classes of families that look alike. */
  /** No other autoencoder with the same tensors has this factor. */
  private static final double SCALING_OF_XL = 0.13025;

  private static final Pattern NAMES =
      Pattern.compile("(Flax)?(StableDiffusion|LatentConsistencyModel|StableUnCLIP|Flux).*");

  /** The size of the latents below which the files of old versions name another one. */

  /** The last file of a component that is written. */
  private static final Pattern LAST =
      Pattern.compile(".*\\.(safetensors|bin)|(scheduler|tokenizer)_config\\.json");

  static final Component<LatentBackbone> DENOISER =
      Component.network(UNET, LatentBackbone::read, LatentBackbone::manifest)
          .in("diffusers", ConditionalUnet.CLASS)
          .storedAs(StableDiffusionNetworks::unet)
          .written((folder, unet) -> unet.write(folder), Checkpoint.DIFFUSERS);
  static final Component<Vae> AUTOENCODER =
      Component.network(VAE, Vae::read, Vae::manifest)
          .in("diffusers", "AutoencoderKL")
          .withNames(CurrentNames::current)
          .written((folder, vae) -> vae.write(folder), Checkpoint.DIFFUSERS);
  static final Component<ClipTextNetwork> TEXT =
      Component.network(TEXT_ENCODER, ClipFolders::readTextStates, ClipFolders::manifest)
          .in("transformers", "CLIPTextModel")
          .withNames(ClipFolders::current)
          .storedAs(ClipFolders::storedTextStates)
          .written(
              (folder, text) -> {
                var words = UnclipFolder.enumerated(text);
                ClipFolders.writeConfig(
                    folder, text, words.startId(), words.endId(), words.padId());
              },
              Checkpoint.TRANSFORMERS);
  static final Component<ClipTokenizer> WORDS = UnclipFolder.WORDS;
  static final Component<SchedulerConfig> NOISE =
      Component.files(SCHEDULER, StableDiffusionFolder::scheduler)
          .in("diffusers", SchedulerConfig.Kind.PNDM.className())
          .written((folder, of) -> of.write(folder.resolve(SchedulerConfig.FILE_NAME)));

  static final Component<ClipVisionNetwork> IMAGE =
      UnclipFolder.IMAGE.in("transformers", "CLIPVisionModelWithProjection");
  static final Component<ClipPreprocessor> PREPARATION =
      UnclipFolder.PREPARATION.in("transformers", "CLIPImageProcessor");
  private static final Component<Integer> NORMALIZER =
      Component.network(
          ImageConditioning.Label.NORMALIZER,
          ImageConditioning.Label::size,
          size ->
              Manifest.of((nn, inputs) -> List.of()).with("mean", 1, size).with("std", 1, size));
  private static final Component<SchedulerConfig> NOISING =
      Component.files(
          ImageConditioning.Label.NOISING,
          folder -> SchedulerConfig.readUnscaled(folder.resolve(SchedulerConfig.FILE_NAME)));

  /** The components of a folder that draws pictures of texts. */
  static final List<Component<?>> COMPONENTS = List.of(TEXT, WORDS, DENOISER, AUTOENCODER, NOISE);

  private StableDiffusionFolder() {}

  /** Returns the components of a folder. */
  static List<Component<?>> components(Path folder) {
    return switch (ModelFolder.open(folder).className()) {
      case VARIATION -> List.of(IMAGE, PREPARATION, DENOISER, AUTOENCODER, NOISE);
      case STABLE_UNCLIP -> unclip(List.of(IMAGE, PREPARATION));
      case STABLE_UNCLIP_TEXT -> unclip(EmbeddingPrior.COMPONENTS);
      default -> COMPONENTS;
    };
  }

  private static List<Component<?>> unclip(List<Component<?>> embedding) {
    return Stream.of(embedding, List.of(NORMALIZER, NOISING), COMPONENTS)
        .flatMap(List::stream)
        .toList();
  }

  /** Whether a prior draws embeddings of texts. */
  static boolean hasPrior(Path folder) {
    return components(folder).containsAll(EmbeddingPrior.COMPONENTS);
  }

  /** Whether a folder has a text tower. */
  static boolean readsTexts(Path folder) {
    return components(folder).contains(TEXT);
  }

  /** Opens the weights of the text tower, under today's names. */
  static TensorSource textWeights(Path folder) {
    var stored = Checkpoint.open(folder.resolve(TEXT_ENCODER), Checkpoint.TRANSFORMERS);
    return stored.renamed(ClipFolders::current).closing(stored::close);
  }

  /** Whether the U-Net of a folder sees the embedding of an image. */
  static boolean seesImages(Path folder) {
    return hasImages(folder) || hasPrior(folder);
  }

  /** Whether a folder has an image tower. */
  static boolean hasImages(Path folder) {
    return components(folder).contains(IMAGE);
  }

  /** Returns how the U-Net of a folder sees an embedding; empty if it sees none. */
  static Optional<ImageConditioning> images(Path folder) {
    if (!seesImages(folder)) {
      return Optional.empty();
    }
    return Optional.of(
        readsTexts(folder)
            ? ImageConditioning.Label.read(folder)
            : new ImageConditioning.Token(DENOISER.readIn(folder).contextDim()));
  }

  private static SchedulerConfig scheduler(Path folder) {
    return SchedulerConfig.readLatent(folder.resolve(SchedulerConfig.FILE_NAME));
  }

  /**
   * Returns whether a folder is one of these, even a faulty one, or of a family that is refused.
   */
  static boolean isAt(Path folder) {
    if (!Files.isRegularFile(folder.resolve(ModelFolder.INDEX))) {
      return false;
    }
    try {
      return NAMES.matcher(ModelFolder.open(folder).className()).matches();
    } catch (CheckpointException e) {
      return false; // of no family that is known; opening it reports what is wrong
    }
  }

  /** Whether a folder is that of a latent consistency model. */
  static boolean isConsistencyModel(Path folder) {
    return ModelFolder.open(folder).className().startsWith(CONSISTENCY);
  }

  /**
   * Writes the index of a folder that draws pictures of texts, once every component is complete.
   */
  static void writeIndex(Path folder) {
    Map<String, ModelFolder.Component> index = new TreeMap<>(Component.index(COMPONENTS));
    if (!index.keySet().stream().allMatch(name -> isComplete(folder.resolve(name)))) {
      return;
    }
    index.put(UNET, DENOISER.readIn(folder).component());
    index.put(VAE, new ModelFolder.Component("diffusers", AUTOENCODER.readIn(folder).className()));
    index.put(
        SCHEDULER, new ModelFolder.Component("diffusers", NOISE.readIn(folder).kind().className()));
    ModelFolder.write(folder, PIPELINE, index);
  }

  /** Settings are written before weights, and a tokenizer's last. */
  private static boolean isComplete(Path component) {
    if (!Files.isDirectory(component)) {
      return false;
    }
    try (Stream<Path> files = Files.list(component)) {
      return files
          .map(file -> file.getFileName().toString())
          .anyMatch(name -> LAST.matcher(name).matches());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder " + component + ": " + e, e);
    }
  }

  /** Returns the contents and faults of a folder. */
  static FolderReport report(Path folder) {
    List<CheckpointException> failures = new ArrayList<>();
    FolderReport.attempt(folder, failures, () -> requireClass(folder));
    return failures.isEmpty()
        ? FolderReport.of(
            folder, components(folder), Optional.empty(), List.of(), () -> requireFits(folder))
        : new FolderReport(folder, List.of(), failures);
  }

  /** Checks that a folder is one of these, and not of a family that looks alike. */
  static String requireClass(Path folder) {
    String name = ModelFolder.open(folder).className();
    if (CLASSES.contains(name)) {
      return name;
    }
    throw new CheckpointException(
        folder.resolve(ModelFolder.INDEX),
        "_class_name: %s%s (expected: Stable Diffusion 1.x or 2.x, one of %s)"
            .formatted(name, family(name), String.join(", ", CLASSES)));
  }

  private static String family(String className) {
    Matcher name = Pattern.compile("(StableDiffusion(XL|3)|Flux).*").matcher(className);
    if (!name.matches()) {
      return "";
    }
    return ", of "
        + switch (name.group(1)) {
          case "StableDiffusionXL" -> "Stable Diffusion XL";
          case "StableDiffusion3" -> "Stable Diffusion 3";
          default -> "FLUX";
        };
  }

  /** Checks that the components fit each other. */
  private static LatentBackbone requireFits(Path folder) {
    var unet = DENOISER.readIn(folder);
    var vae = AUTOENCODER.readIn(folder);
    int latent = vae.latentChannels();
    Check.that(latent == unet.outChannels(), "latent_channels", latent, "%s", unet.outChannels());
    Check.that(
        vae.scaling() != SCALING_OF_XL,
        VAE + ": scaling_factor",
        vae.scaling(),
        "that of Stable Diffusion 1.x and 2.x, 0.18215; this is the autoencoder of XL");
    int beside = unet.besideChannels();
    Check.that(
        beside == 0 || beside == latent + 1,
        "in_channels",
        unet.inChannels(),
        "%s, or %s for inpainting",
        latent,
        2 * latent + 1);
    if (seesImages(folder)) {
      requireFits(folder, unet);
    }
    if (!readsTexts(folder)) {
      return unet;
    }
    var text = TEXT.readIn(folder);
    int width = text.transformer().width();
    Check.that(
        width == unet.contextDim(),
        TEXT_ENCODER + ": hidden_size",
        width,
        "the U-Net's cross_attention_dim %s",
        unet.contextDim());
    text.fitted(WORDS.readIn(folder));
    return unet;
  }

  private static void requireFits(Path folder, LatentBackbone unet) {
    boolean labelled = readsTexts(folder);
    int seen = labelled ? unet.labelDim() / 2 : unet.contextDim();
    if (hasImages(folder)) {
      IMAGE.readIn(folder).requireFits(PREPARATION.readIn(folder));
    }
    int drawn =
        hasImages(folder) ? IMAGE.readIn(folder).embeddingDim() : EmbeddingPrior.size(folder);
    Check.that(drawn == seen, "embeddings", drawn, "of %s values, which the U-Net sees", seen);
    if (labelled) {
      int size = NORMALIZER.readIn(folder);
      Check.that(size == seen, NORMALIZER.name() + ": embedding_dim", size, "%s", seen);
    }
  }
}
