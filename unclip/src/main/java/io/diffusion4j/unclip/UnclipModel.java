package io.diffusion4j.unclip;

import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.diffusion.BatchingDenoiser;
import io.diffusion4j.diffusion.LastStepDenoiser;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.UnclipSpacing;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.tf.checkpoint.CheckpointException;
import io.diffusion4j.tf.checkpoint.ModelFolder;
import io.diffusion4j.tf.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.tf.nn.CheckpointTensors;
import io.diffusion4j.tf.nn.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The networks of a pipeline folder and the stages around them. Thread-safe: the queries of all
 * callers of a stage are merged. Holds native memory until it is closed.
 */
public final class UnclipModel implements AutoCloseable {
  private static final int MAX_BATCH = 16;
  private static final int MAX_WAITING = 4096;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final ClipTextModel textModel;
  private final ClipImageModel imageModel;
  private final DiffusionPrior prior;
  private final DiffusionDecoder decoder;
  private final DiffusionUpsampler upsampler;
  private final int imageSize;

  private UnclipModel(ModelFolder folder, Precision precision) {
    try {
      textModel = open(textModel(folder, precision));
      imageModel = open(imageModel(folder, precision));
      int textLength = textModel.network().positions();

      var priorScheduler = folder.scheduler("prior_scheduler");
      var priorModel =
          open(
              PriorModel.load(
                  folder.folder("prior"), priorScheduler.parameterization(), precision));
      prior =
          new DiffusionPrior(
              open(batching("prior", priorModel.denoiser())),
              schedule(priorScheduler),
              new UnclipSpacing(),
              treatment(priorScheduler),
              priorModel.standardization());

      var decoderScheduler = folder.scheduler("decoder_scheduler");
      var decoderModel =
          open(
              DecoderModel.load(
                  folder.folder("decoder"),
                  folder.folder("text_proj"),
                  textLength,
                  decoderScheduler.parameterization(),
                  precision));
      decoder =
          new DiffusionDecoder(
              decoderModel,
              open(batching("decoder", decoderModel.denoiser())),
              schedule(decoderScheduler),
              new UnclipSpacing(),
              treatment(decoderScheduler));

      var upsamplerScheduler = folder.scheduler("super_res_scheduler");
      var first = open(upsampler(folder, "super_res_first", upsamplerScheduler, precision));
      var last = open(upsampler(folder, "super_res_last", upsamplerScheduler, precision));
      imageSize = first.config().sampleSize();
      upsampler =
          new DiffusionUpsampler(
              open(
                  batching("super_res", new LastStepDenoiser<>(first.denoiser(), last.denoiser()))),
              schedule(upsamplerScheduler),
              new UnclipSpacing(),
              treatment(upsamplerScheduler),
              imageSize);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Loads a folder with {@code model_index.json}, the components of diffusers' {@code
   * UnCLIPPipeline}, and an {@code image_encoder} beside them.
   *
   * @throws CheckpointException if something is missing or does not fit; the message lists it
   * @throws UncheckedIOException if a file cannot be read
   */
  public static UnclipModel load(Path folder, Precision precision) {
    var model = ModelFolder.open(folder);
    model.require(
        "prior",
        "decoder",
        "text_proj",
        "text_encoder",
        "tokenizer",
        "super_res_first",
        "super_res_last",
        "prior_scheduler",
        "decoder_scheduler",
        "super_res_scheduler");
    try {
      return new UnclipModel(model, precision);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(folder, "the parts do not fit: " + e.getMessage(), e);
    }
  }

  private static ClipTextModel textModel(ModelFolder folder, Precision precision) {
    Path text = folder.folder("text_encoder");
    Path tokenizer = folder.folder("tokenizer");
    try (var checkpoint = folder.checkpoint("text_encoder")) {
      return new ClipTextModel(
          ClipTokenizer.load(tokenizer),
          ClipFolders.readText(text),
          new CheckpointTensors(text, checkpoint, UnclipModel::isParameter),
          precision);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + tokenizer + ": " + e.getMessage(), e);
    }
  }

  private static ClipImageModel imageModel(ModelFolder folder, Precision precision) {
    Path image = folder.folder("image_encoder");
    var network = ClipFolders.readVision(image);
    try (var checkpoint = folder.checkpoint("image_encoder")) {
      return new ClipImageModel(
          ClipPreprocessor.clip(network.imageSize()),
          network,
          new CheckpointTensors(image, checkpoint, UnclipModel::isParameter),
          precision);
    }
  }

  /** Older files also hold the buffer 0, 1, 2, …. */
  private static boolean isParameter(String name) {
    return !name.endsWith(".position_ids");
  }

  private static UpsamplerModel upsampler(
      ModelFolder folder, String name, UnclipSchedulerConfig scheduler, Precision precision) {
    return UpsamplerModel.load(folder.folder(name), scheduler.parameterization(), precision);
  }

  private static <C> BatchingDenoiser<C> batching(
      String name, io.diffusion4j.diffusion.Denoiser<C> network) {
    return new BatchingDenoiser<>(name, network, MAX_BATCH, MAX_WAITING);
  }

  /** diffusers computes the tables of this scheduler in float32. */
  private static NoiseSchedule schedule(UnclipSchedulerConfig scheduler) {
    return new CosineSchedule(
        scheduler.trainTimesteps(), io.diffusion4j.diffusion.schedule.Precision.FLOAT32);
  }

  private static X0Treatment treatment(UnclipSchedulerConfig scheduler) {
    return scheduler.clipSample()
        ? X0Treatment.clip(scheduler.clipSampleRange())
        : X0Treatment.NONE;
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.push(resource);
    return resource;
  }

  public ClipTextModel textModel() {
    return textModel;
  }

  public ClipImageModel imageModel() {
    return imageModel;
  }

  public DiffusionPrior prior() {
    return prior;
  }

  public DiffusionDecoder decoder() {
    return decoder;
  }

  public DiffusionUpsampler upsampler() {
    return upsampler;
  }

  /** Height and width of the images that are made, in pixels. */
  public int imageSize() {
    return imageSize;
  }

  /** Closes everything, the newest first; nothing may be asked of the stages after. */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new IllegalStateException("could not release a network", e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
