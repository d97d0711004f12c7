package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.ddpm.DdpmFolder;
import io.diffusion4j.ddpm.PixelBackbone;
import io.diffusion4j.ddpm.PixelBatches;
import io.diffusion4j.ddpm.PixelFolders;
import io.diffusion4j.ddpm.PixelObjective;
import io.diffusion4j.ddpm.PixelScheduler;
import io.diffusion4j.decoder.unet.PixelUnetConfig.Labels;
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
    PixelBackbone network =
        first == null
            ? job.preset().ddpmNetwork()
            : PixelFolders.read(new DdpmFolder(first).network());
    requireTrainable(network);
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
            network::embedded);
    return job.run(
        new PixelObjective(network),
        data ->
            new PixelBatches(
                data.examples(network.height(), config.seed()),
                noise,
                config.batchSize(),
                config.seed()),
        trainer -> {
          if (first != null) {
            var stored = Job.weights(new DdpmFolder(first).network(), Checkpoint.DIFFUSERS);
            trainer.startFrom(network.fromFolder(stored));
          }
        },
        (to, weights) -> {
          new DdpmFolder(to.recipe().model()).write(network, scheduler, weights, to.notes());
        });
  }

  /** What pictures can be fed to, and what they say nothing of. */
  private static void requireTrainable(PixelBackbone network) {
    Check.that(
        network.height() == network.width() && network.channels() == 3,
        "sample_size",
        network.height() + "×" + network.width() + "×" + network.channels(),
        "square colour pictures");
    Check.that(
        network.labels().equals(Labels.NONE),
        "class labels",
        network.labels().kind(),
        "none; pictures have no classes");
  }
}
