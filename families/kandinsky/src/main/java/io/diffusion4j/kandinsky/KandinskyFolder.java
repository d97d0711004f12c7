package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The layout of Kandinsky's two folders: a decoder, diffusers' {@code KandinskyV22Pipeline}, {@code
 * KandinskyV22InpaintPipeline} or {@code KandinskyV22ControlnetPipeline}, and its prior, {@code
 * KandinskyV22PriorPipeline}.
 */
final class KandinskyFolder {
  static final String UNET = "unet";

  /** An earlier or smaller U-Net; diffusers has no such component. */
  static final String WEAKER = "weaker";

  static final String MOVQ = "movq";
  static final String SCHEDULER = "scheduler";

  static final String PRIOR = "prior";

  /** A one-pass prior in the folder of a decoder; not a component of diffusers. */
  static final String ECLIPSE = "prior_eclipse";

  static final String TEXT_ENCODER = "text_encoder";
  static final String TOKENIZER = "tokenizer";
  static final String IMAGE_ENCODER = "image_encoder";
  static final String IMAGE_PROCESSOR = "image_processor";

  static final String SCHEDULER_CONFIG = "scheduler_config.json";

  /** The file that names the prior and the licence. */
  static final String CARD = "README.md";

  static final String PRIOR_PIPELINE = "KandinskyV22PriorPipeline";

  private static final String FAMILY = "KandinskyV22";
  private static final String PRIOR_CLASS = "KandinskyV22Prior";

  static final Component<ClipVisionNetwork> IMAGE =
      UnclipFolder.IMAGE.in("transformers", "CLIPVisionModelWithProjection");
  static final Component<ClipPreprocessor> PREPARATION =
      UnclipFolder.PREPARATION.named(IMAGE_PROCESSOR).in("transformers", "CLIPImageProcessor");
  static final Component<SchedulerConfig> OF_PRIOR =
      Component.files(SCHEDULER, path -> SchedulerConfig.readUnclip(path.resolve(SCHEDULER_CONFIG)))
          .in("diffusers", "UnCLIPScheduler")
          .written((folder, of) -> of.write(folder.resolve(SCHEDULER_CONFIG)));
  static final Component<KandinskyUnet> DENOISER =
      Component.network(UNET, KandinskyUnet::read, KandinskyUnet::manifest)
          .in("diffusers", "UNet2DConditionModel")
          .written((folder, unet) -> unet.write(folder), Checkpoint.DIFFUSERS);
  static final Component<Movq> AUTOENCODER =
      Component.network(MOVQ, Movq::read, Movq::manifest)
          .in("diffusers", Movq.CLASS)
          .written((folder, movq) -> movq.write(folder), Checkpoint.DIFFUSERS);
  static final Component<SchedulerConfig> OF_DECODER =
      Component.files(
              SCHEDULER, path -> SchedulerConfig.readUnscaled(path.resolve(SCHEDULER_CONFIG)))
          .in("diffusers", "DDPMScheduler")
          .written((folder, of) -> of.write(folder.resolve(SCHEDULER_CONFIG)));

  /** The components of a prior. */
  static final List<Component<?>> PRIORS =
      List.of(
          UnclipFolder.DIFFUSION_PRIOR,
          UnclipFolder.TEXT,
          IMAGE,
          UnclipFolder.WORDS,
          PREPARATION,
          OF_PRIOR);

  /** The components of a decoder. */
  static final List<Component<?>> DECODERS = List.of(DENOISER, AUTOENCODER, OF_DECODER);

  private KandinskyFolder() {}

  /** Returns whether a folder is one of the two, even a faulty one. */
  static boolean isAt(Path folder) {
    return className(folder).startsWith(FAMILY);
  }

  /** Returns whether a folder is a prior's. */
  static boolean isPrior(Path folder) {
    return className(folder).startsWith(PRIOR_CLASS);
  }

  private static String className(Path folder) {
    if (!Files.isRegularFile(folder.resolve(ModelFolder.INDEX))) {
      return "";
    }
    try {
      return ModelFolder.open(folder).className();
    } catch (CheckpointException e) {
      return ""; // of no family that is known; opening it reports what is wrong
    }
  }
}
