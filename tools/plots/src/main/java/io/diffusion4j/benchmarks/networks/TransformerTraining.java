package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.report.RunCount;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ContrastiveObjective;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.LossNetwork;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.PriorObjective;
import io.diffusion4j.prior.PriorTransformer;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Measures a training step of the transformers of a model, the prior and both towers of CLIP, with
 * random weights and inputs. Its floating-point operations are counted with those of attention,
 * which {@link TrainingBenchmark} leaves out for U-Nets, and as three forward passes.
 */
public final class TransformerTraining {
  /** Samples of a step, as the preset {@code emoji} has them. */
  private static final int PRIOR_BATCH = 64;

  private static final int CLIP_BATCH = 128;

  private TransformerTraining() {}

  /**
   * Measures a row for each network that the folder has, optimizer and precision in which this
   * machine can train.
   */
  public static void measure(Path folder, RunCount pace, double peakGflops, Consumer<Row> rows) {
    Path prior = folder.resolve(UnclipFolder.PRIOR);
    if (Files.isDirectory(prior)) {
      var network = new PriorTransformer(PriorModel.readConfig(prior));
      measure("of the prior", new PriorObjective(network), PRIOR_BATCH, pace, peakGflops, rows);
    }
    Path pictures = folder.resolve(UnclipFolder.IMAGE_ENCODER);
    if (Files.isDirectory(pictures)) {
      var text = ClipFolders.readText(folder.resolve(UnclipFolder.TEXT_ENCODER));
      var objective = new ContrastiveObjective(text, ClipFolders.readVision(pictures));
      measure("of CLIP", objective, CLIP_BATCH, pace, peakGflops, rows);
    }
  }

  private static void measure(
      String name,
      Objective objective,
      int batchSize,
      RunCount pace,
      double peakGflops,
      Consumer<Row> rows) {
    NetworkDefinition network =
        (nn, inputs) -> List.of(objective.define(nn, inputs).value()); // counted for one sample
    var cost = NetworkCost.of(network);
    TrainingBenchmark.measure(
        name,
        objective,
        batch(objective, batchSize),
        cost.flops() + cost.attentionFlops(),
        pace,
        peakGflops,
        rows);
  }

  private static Batch batch(Objective objective, int rows) {
    var random = new SplittableRandom(1);
    var batch = new Batch(rows);
    LossNetwork.of(objective)
        .network()
        .inputs()
        .forEach(
            (name, input) -> {
              if (input.role() == Tensor.Role.INTEGERS) {
                batch.ints(name, new int[Math.toIntExact(rows * input.sampleSize())]);
              } else {
                batch.floats(name, Init.uniform(1).values(input.shape(rows), random));
              }
            });
    return batch;
  }
}
