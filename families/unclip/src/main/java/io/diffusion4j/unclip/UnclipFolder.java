package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.EnumeratedVocabulary;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.TextProjection;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.RandomComponents;
import io.diffusion4j.prior.AutoregressiveModel;
import io.diffusion4j.prior.PriorConfig;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.Standardization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The layout of a pipeline folder: diffusers' {@code UnCLIPPipeline}, optionally with an image
 * encoder and another prior as further components, or {@code UnCLIPImageVariationPipeline}, which
 * has an image encoder and no prior.
 */
public final class UnclipFolder {
  public static final String TEXT_ENCODER = "text_encoder";
  public static final String IMAGE_ENCODER = "image_encoder";
  public static final String TOKENIZER = "tokenizer";
  public static final String FEATURE_EXTRACTOR = "feature_extractor";
  public static final String PRIOR = "prior";
  public static final String PRIOR_SCHEDULER = "prior_scheduler";

  /** The autoregressive prior; diffusers has no such component, so the index does not list it. */
  public static final String PRIOR_AR = "prior_ar";

  /** A one-pass prior; diffusers has no such component, so the index does not list it. */
  public static final String PRIOR_ECLIPSE = "prior_eclipse";

  /** A noised CLIP, which can guide the decoder; diffusers has no such component. */
  public static final String NOISED_CLIP = "noised_clip";

  /** An earlier or smaller decoder; diffusers has no such component. */
  static final String WEAKER = "weaker";

  /** The projection of {@link #WEAKER}. */
  static final String WEAKER_TEXT_PROJ = "weaker_text_proj";

  public static final String TEXT_PROJ = "text_proj";
  public static final String DECODER = "decoder";
  public static final String DECODER_SCHEDULER = "decoder_scheduler";
  public static final String SUPER_RES_FIRST = "super_res_first";
  public static final String SUPER_RES_LAST = "super_res_last";
  public static final String SUPER_RES_SCHEDULER = "super_res_scheduler";

  /** The file of {@link #FEATURE_EXTRACTOR}. */
  public static final String PREPROCESSOR = "preprocessor_config.json";

  /** The settings of a component with weights. */
  static final String CONFIG = "config.json";

  private static final String PIPELINE = "UnCLIPPipeline";
  private static final String VARIATION = "UnCLIPImageVariationPipeline";

  /** CLIP's text tower. */
  public static final Component<ClipTextNetwork> TEXT =
      Component.network(TEXT_ENCODER, ClipFolders::readText, ClipFolders::manifest)
          .in("transformers", "CLIPTextModelWithProjection")
          .storedAs(ClipFolders::storedText)
          .written(
              (folder, text) -> {
                var words = enumerated(text);
                ClipFolders.writeConfig(
                    folder, text, words.startId(), words.endId(), words.padId());
              },
              Checkpoint.TRANSFORMERS);

  /** CLIP's image tower. */
  public static final Component<ClipVisionNetwork> IMAGE =
      Component.network(IMAGE_ENCODER, ClipFolders::readVision, ClipFolders::manifest)
          .storedAs(ClipFolders::storedVision)
          .written(ClipFolders::writeConfig, Checkpoint.TRANSFORMERS);

  /** The diffusion prior. */
  public static final Component<PriorConfig> DIFFUSION_PRIOR =
      Component.network(PRIOR, PriorModel::readConfig, PriorModel::manifest)
          .in("diffusers", "PriorTransformer")
          .storedAs(PriorModel::stored)
          .savedBy(
              (folder, config, weights, dtype, notes) ->
                  PriorModel.write(
                      folder,
                      config,
                      weights,
                      dtype,
                      Standardization.none(config.embeddingDim()),
                      notes));

  static final Component<TextProjection> PROJECTION =
      Component.network(TEXT_PROJ, DecoderFolders::readProjection, DecoderModel::manifest)
          .in("unclip", "UnCLIPTextProjModel")
          .storedAs((name, path) -> DecoderModel.storedProjection(name, path, positions(path)))
          .written(DecoderFolders::writeProjectionConfig, Checkpoint.DIFFUSERS);
  static final Component<Backbone> DENOISER =
      Component.network(DECODER, DecoderFolders::readBackbone, DecoderModel::manifest)
          .in("diffusers", "UNet2DConditionModel")
          .storedAs(
              (name, path) -> {
                var projection = DecoderFolders.readProjection(path.resolveSibling(TEXT_PROJ));
                return DecoderModel.stored(name, path, projection.extraTokens() + positions(path));
              })
          .written(DecoderFolders::writeBackboneConfig, Checkpoint.DIFFUSERS);
  static final Component<UnetConfig> UPSAMPLER_FIRST = upsampler(SUPER_RES_FIRST);
  static final Component<UnetConfig> UPSAMPLER_LAST = upsampler(SUPER_RES_LAST);
  static final Component<SchedulerConfig> OF_PRIOR = scheduler(PRIOR_SCHEDULER);
  static final Component<SchedulerConfig> OF_DECODER = scheduler(DECODER_SCHEDULER);
  static final Component<SchedulerConfig> OF_UPSAMPLER = scheduler(SUPER_RES_SCHEDULER);

  /** The tokenizer. */
  public static final Component<ClipTokenizer> WORDS =
      Component.files(TOKENIZER, UnclipFolder::tokenizer)
          .in("transformers", "CLIPTokenizer")
          .written((folder, words) -> RandomComponents.save(() -> words.save(folder), folder));

  /** The settings of the preprocessing of images. */
  public static final Component<ClipPreprocessor> PREPARATION =
      Component.files(FEATURE_EXTRACTOR, UnclipFolder::preprocessor)
          .written(
              (folder, of) ->
                  RandomComponents.save(() -> of.save(folder.resolve(PREPROCESSOR)), folder));

  /** All components that a folder may have, but guides. */
  private static final List<Component<?>> COMPONENTS =
      List.of(
          TEXT,
          IMAGE,
          DIFFUSION_PRIOR,
          Component.network(PRIOR_ECLIPSE, PriorModel::readConfig, PriorModel::manifest)
              .storedAs(PriorModel::stored),
          Component.network(
                  PRIOR_AR, AutoregressiveModel::readConfig, AutoregressiveModel::manifest)
              .storedAs(AutoregressiveModel::stored),
          PROJECTION,
          DENOISER,
          UPSAMPLER_FIRST,
          UPSAMPLER_LAST,
          PREPARATION,
          OF_DECODER,
          OF_PRIOR,
          OF_UPSAMPLER,
          WORDS);

  private UnclipFolder() {}

  private static Component<UnetConfig> upsampler(String name) {
    return Component.network(name, DecoderFolders::readUpsampler, UpsamplerModel::manifest)
        .in("diffusers", "UNet2DModel")
        .withNames(CurrentNames::current)
        .storedAs(UpsamplerModel::stored)
        .written(DecoderFolders::writeUpsamplerConfig, Checkpoint.DIFFUSERS);
  }

  private static Component<SchedulerConfig> scheduler(String name) {
    return Component.files(
            name, path -> SchedulerConfig.readUnclip(name, path.resolve(SchedulerConfig.FILE_NAME)))
        .in("diffusers", "UnCLIPScheduler")
        .written((folder, of) -> of.write(folder.resolve(SchedulerConfig.FILE_NAME)));
  }

  /** Returns the positions of a text in the model of a component. */
  private static int positions(Path component) {
    return ClipFolders.readText(component.resolveSibling(TEXT_ENCODER)).positions();
  }

  /** Returns a tokenizer of numbered tokens for an untrained text tower. */
  public static ClipTokenizer enumerated(ClipTextNetwork text) {
    return new ClipTokenizer(
        EnumeratedVocabulary.ofSize(text.vocabulary()),
        TokenizerConfig.karlo().withMaxLength(text.positions()),
        TextNormalization.HUGGING_FACE);
  }

  /** Reads a tokenizer. */
  static ClipTokenizer tokenizer(Path folder) {
    try {
      return ClipTokenizer.load(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  private static ClipPreprocessor preprocessor(Path folder) {
    Path file = folder.resolve(PREPROCESSOR);
    try {
      return ClipPreprocessor.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Reads the preprocessing, or takes the published constants at the size of the image tower. */
  static ClipPreprocessor preprocessor(ModelFolder model, ClipVisionNetwork network) {
    Path folder = model.path().resolve(FEATURE_EXTRACTOR);
    return Files.isRegularFile(folder.resolve(PREPROCESSOR))
        ? preprocessor(folder)
        : ClipPreprocessor.clip(network.imageSize());
  }

  /** Examines a folder without reading its weights, even one that cannot be loaded. */
  static FolderReport report(Path folder) {
    List<CheckpointException> failures = new ArrayList<>();
    Optional<ModelFolder> index =
        FolderReport.attempt(folder, failures, () -> ModelFolder.open(folder));
    var required = required(index.map(ModelFolder::className).orElse(""));
    var expected =
        COMPONENTS.stream()
            .filter(
                component ->
                    required.contains(component.name())
                        || (isReported(component)
                            && Files.isDirectory(folder.resolve(component.name()))))
            .toList();
    return FolderReport.of(folder, expected, index, failures, () -> Fit.of(index.orElseThrow()));
  }

  /** Whether the report has a component that the pipeline need not have. */
  private static boolean isReported(Component<?> component) {
    boolean optional = component.entry().isEmpty() || component.manifest().isPresent();
    return optional && !component.name().equals(PRIOR_ECLIPSE); // it is loaded by itself
  }

  /** Returns the networks of a folder by themselves, each under the name of its component. */
  static List<StoredNetwork> networks(Path folder) {
    var files = ModelFolder.open(folder);
    files.require(required(files.className()).toArray(String[]::new));
    return Component.networks(folder, COMPONENTS);
  }

  /** Returns all components that a folder may have. */
  public static List<String> names() {
    return COMPONENTS.stream().<String>map(Component::name).toList();
  }

  /** Returns the components that a pipeline of this class must have. */
  static List<String> required(String pipeline) {
    Set<String> names = new LinkedHashSet<>(Component.index(COMPONENTS).keySet());
    if (pipeline.equals(VARIATION)) {
      names.removeAll(List.of(PRIOR, PRIOR_SCHEDULER));
      names.add(IMAGE_ENCODER);
    }
    return List.copyOf(names);
  }

  /**
   * Writes {@code model_index.json} once every component is complete; an unfinished folder has
   * none.
   */
  public static void writeIndex(Path folder) {
    Map<String, ModelFolder.Component> components = Component.index(COMPONENTS);
    if (components.keySet().stream().allMatch(name -> isComplete(folder.resolve(name)))) {
      DecoderFolders.ownClass(folder.resolve(DECODER))
          .ifPresent(own -> components.put(DECODER, new ModelFolder.Component("diffusion4j", own)));
      ModelFolder.write(folder, PIPELINE, components);
    }
  }

  /** Settings are written before weights, so a component with weights is complete. */
  private static boolean isComplete(Path component) {
    String name = component.getFileName().toString();
    if (List.of(PRIOR_SCHEDULER, DECODER_SCHEDULER, SUPER_RES_SCHEDULER).contains(name)) {
      return Files.isRegularFile(component.resolve(SchedulerConfig.FILE_NAME));
    }
    String last = name.equals(TOKENIZER) ? "tokenizer_config.json" : ".safetensors";
    if (!Files.isDirectory(component)) {
      return false;
    }
    try (var files = Files.list(component)) {
      return files.anyMatch(file -> file.getFileName().toString().endsWith(last));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder " + component + ": " + e, e);
    }
  }
}
