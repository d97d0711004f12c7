package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.EpsPower;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.prior.EpsPowerFile;
import io.diffusion4j.prior.PriorModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Measures the statistics of a folder's prior that Analytic-DPM needs, the sampler of DALL-E 2's
 * prior: the mean power of the predicted noise, for the captions of real pictures (Bao et al.
 * 2022).
 *
 * @param folder in the layout of {@link UnclipModel#load}, with a prior and an image encoder
 * @param compute how the networks compute
 * @param pictures pictures with captions, like the prior's training data
 * @param count number of pictures, at least 1
 * @param seed the seed of the noise
 */
public record PriorMeasurement(
    Path folder, Compute compute, CaptionedImages pictures, int count, long seed) {
  /** Number of pictures that are encoded at once. */
  private static final int BATCH = 32;

  /** Number of timesteps at which the power is measured; it changes smoothly between them. */
  private static final int TIMESTEPS = 25;

  public PriorMeasurement {
    Check.that(count >= 1, "count", count, "≥ 1");
  }

  /** Whether the folder contains measurements of these weights, which {@link #write} replaces. */
  public boolean isThere() {
    ModelFolder files = ModelFolder.open(folder);
    return files.has(UnclipFolder.PRIOR)
        && EpsPowerFile.read(files.folder(UnclipFolder.PRIOR)).isPresent();
  }

  /**
   * Measures, and writes the result beside the prior's weights, where the sampler finds it.
   *
   * @return the file
   * @throws CheckpointException if the folder cannot be loaded or lacks one of the parts
   */
  public Path write() {
    ModelFolder files = ModelFolder.open(folder);
    if (!files.has(UnclipFolder.PRIOR) || !files.has(UnclipFolder.IMAGE_ENCODER)) {
      throw new CheckpointException(folder, "no prior and image_encoder, to be measured");
    }
    return EpsPowerFile.write(files.folder(UnclipFolder.PRIOR), measure(files));
  }

  private EpsPower measure(ModelFolder files) {
    List<float[]> embeddings = new ArrayList<>();
    List<TextEncoding> texts = new ArrayList<>();
    try (var model = UnclipModel.load(folder, compute, Residency.ONE_AT_A_TIME)) {
      List<String> captions = new ArrayList<>();
      for (int start = 0; start < count; start += BATCH) {
        List<CaptionedImage> some =
            LongStream.range(start, Math.min(start + BATCH, count))
                .mapToObj(pictures::get)
                .toList();
        List<Image> images = some.stream().map(CaptionedImage::image).toList();
        embeddings.addAll(model.imageEncoder().encode(images));
        some.forEach(example -> captions.add(example.caption()));
      }
      for (int start = 0; start < count; start += BATCH) {
        List<String> some = captions.subList(start, Math.min(start + BATCH, count));
        texts.addAll(model.textEncoder().encode(some));
      }
    }
    SchedulerConfig scheduler = files.scheduler(UnclipFolder.PRIOR_SCHEDULER);
    Timesteps timesteps =
        scheduler
            .timesteps()
            .of(scheduler.trainTimesteps(), Math.min(TIMESTEPS, scheduler.trainTimesteps()));
    try (var prior =
        PriorModel.load(files.folder(UnclipFolder.PRIOR), scheduler.parameterization(), compute)) {
      var samples =
          IntStream.range(0, count)
              .mapToObj(
                  i ->
                      new EpsPower.Sample<>(
                          prior.standardization().apply(embeddings.get(i)),
                          texts.get(i),
                          new PhiloxNoise(seed, i)))
              .toList();
      return EpsPower.measure(prior.denoiser(), scheduler.schedule(), timesteps, samples);
    }
  }
}
