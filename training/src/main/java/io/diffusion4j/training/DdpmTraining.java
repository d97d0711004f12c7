package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.ddpm.DdpmFolder;
import io.diffusion4j.ddpm.PixelBatches;
import io.diffusion4j.ddpm.PixelFolders;
import io.diffusion4j.ddpm.PixelObjective;
import io.diffusion4j.ddpm.PixelScheduler;
import io.diffusion4j.decoder.unet.PixelUnetConfig;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.NoisedBatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Trains a DDPM: a network of pixels alone, in a folder of its own. */
record DdpmTraining(Job job) implements PartTraining {
  @Override
  public List<String> folders() {
    return List.of(DdpmFolder.UNET, DdpmFolder.SCHEDULER);
  }

  @Override
  public boolean train() {
    var config = job.config();
    Path first = job.recipe().first();
    PixelUnetConfig shape =
        first == null ? job.preset().ddpmConfig() : PixelFolders.read(new DdpmFolder(first).unet());
    requireTrainable(shape);
    Path model = job.recipe().model();
    Check.that(
        !Files.exists(model.resolve(ModelFolder.INDEX)) || DdpmFolder.isAt(model),
        "model",
        model,
        "a folder of its own; another pipeline is there");
    var scheduler =
        (first == null ? PixelScheduler.ddpm() : new DdpmFolder(first).scheduler())
            .withParameterization(job.technique(PartTechniques.PREDICTION));
    var noise =
        new NoisedBatch(
            scheduler.schedule(),
            scheduler.parameterization(),
            job.technique(PartTechniques.WEIGHTING),
            shape.timeChannels());
    return job.run(
        new PixelObjective(shape),
        data ->
            new PixelBatches(
                data.examples(shape.height(), config.seed()),
                noise,
                config.batchSize(),
                config.seed()),
        trainer -> {
          if (first != null) {
            trainer.startFrom(Job.weights(new DdpmFolder(first).unet(), Checkpoint.DIFFUSERS));
          }
        },
        (to, weights) -> {
          folders().forEach(to::made);
          new DdpmFolder(to.recipe().model()).write(shape, scheduler, weights, to.notes());
        });
  }

  /** What pictures can be fed to, and what they say nothing of. */
  private static void requireTrainable(PixelUnetConfig shape) {
    Check.that(
        shape.height() == shape.width() && shape.inChannels() == 3,
        "sample_size",
        shape.height() + "×" + shape.width() + "×" + shape.inChannels(),
        "square colour pictures");
    Check.that(
        shape.labels().equals(PixelUnetConfig.Labels.NONE),
        "class labels",
        shape.labels().kind(),
        "none; pictures have no classes");
    Check.that(
        shape.time().equals(new PixelUnetConfig.Time(0, false, 0)),
        "time embedding",
        shape.time(),
        "flip_sin_to_cos true, freq_shift 0, positional");
  }
}
