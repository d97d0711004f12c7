package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.pipeline.SizedNetworks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Kandinsky's U-Net with its weights, for latents of any size. Thread-safe; holds native memory
 * until it is closed.
 */
final class LatentModel implements AutoCloseable {
  private final Path folder;
  private final UnaryOperator<TensorSource> change;
  private final KandinskyUnet unet;
  private final Parameterization parameterization;
  private final Compute compute;
  private final CompiledNetwork projection;
  private final SizedNetworks hints;
  private final SizedNetworks denoisers;

  /**
   * Loads a folder.
   *
   * @param change maps the stored weights to those that are loaded, with the same names and shapes
   * @param parameterization the prediction type of the network, from the scheduler beside it
   * @param variance the variance of the sampler's steps in that scheduler; if it is a learned one,
   *     the network's prediction is used
   */
  LatentModel(
      Path folder,
      UnaryOperator<TensorSource> change,
      Parameterization parameterization,
      VarianceType variance,
      Compute compute) {
    this.folder = folder;
    this.change = change;
    this.unet = KandinskyUnet.read(folder);
    this.parameterization = parameterization;
    this.compute = compute;
    boolean learned = variance == VarianceType.LEARNED || variance == VarianceType.LEARNED_RANGE;
    projection = compiled(unet.projection(), KandinskyUnet::isOfProjection);
    hints =
        new SizedNetworks(
            size -> compiled(unet.hint(size.height(), size.width()), KandinskyUnet::isOfHint));
    denoisers =
        new SizedNetworks(
            size ->
                compiled(
                    unet.denoiser(size.height(), size.width(), learned),
                    KandinskyUnet::isOfDenoiser));
  }

  private CompiledNetwork compiled(NetworkDefinition network, Predicate<String> weights) {
    try (var checkpoint = change.apply(Checkpoint.open(folder, Checkpoint.DIFFUSERS))) {
      return new CompiledNetwork(network, checkpoint.only(weights), compute);
    }
  }

  /**
   * Computes the conditioning of image embeddings.
   *
   * @param size the size of the latents
   */
  List<LatentCondition> conditions(List<float[]> embeddings, Pixels size) {
    int rows = embeddings.size();
    var outputs =
        projection.run(new Batch(rows).floats(KandinskyUnet.EMBEDDING, Rows.stack(embeddings)));
    var contexts = Rows.unstack(outputs.get(0), rows);
    var timeAdds = Rows.unstack(outputs.get(1), rows);
    List<LatentCondition> conditions = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      conditions.add(new LatentCondition(size, contexts.get(i), timeAdds.get(i), new float[0]));
    }
    return conditions;
  }

  /**
   * Encodes a hint for the network, {@code [H, W, C]}.
   *
   * @param hint eight times as high and wide as the latents
   * @param size the size of the latents
   */
  float[] seen(Image hint, Pixels size) {
    float[] unit = hint.pixels().clone();
    for (int i = 0; i < unit.length; i++) {
      unit[i] = unit[i] * 0.5f + 0.5f;
    }
    return hints.use(
        size, network -> network.run(new Batch(1).floats(KandinskyUnet.HINT, unit)).get(0));
  }

  /**
   * Returns the network, conditioned on the results of {@link #conditions}; a call merges queries
   * of equal sizes.
   */
  Denoiser<LatentCondition> denoiser() {
    return new Denoiser<>() {
      @Override
      public Parameterization parameterization() {
        return parameterization;
      }

      @Override
      public List<Prediction> predict(List<Query<LatentCondition>> queries) {
        return bySize(queries);
      }
    };
  }

  private List<Prediction> bySize(List<Query<LatentCondition>> queries) {
    Map<Pixels, List<Integer>> rows = new LinkedHashMap<>();
    for (int i = 0; i < queries.size(); i++) {
      rows.computeIfAbsent(queries.get(i).condition().size(), size -> new ArrayList<>()).add(i);
    }
    List<Prediction> answers =
        new ArrayList<>(Collections.nCopies(queries.size(), Prediction.of(new float[0])));
    rows.forEach(
        (size, indices) -> {
          var asked = indices.stream().map(queries::get).toList();
          var answered = denoisers.use(size, network -> of(network).predict(asked));
          for (int i = 0; i < asked.size(); i++) {
            answers.set(indices.get(i), answered.get(i));
          }
        });
    return answers;
  }

  private Denoiser<LatentCondition> of(CompiledNetwork network) {
    return new NetworkDenoiser<>(
        network, parameterization, unet.unet()::sinusoid, LatentModel::feed);
  }

  /** Feeds conditions that all have inputs beside the latents, or none. */
  static void feed(Batch batch, List<LatentCondition> conditions) {
    batch
        .floats(
            KandinskyUnet.CONTEXT,
            Rows.stack(conditions.stream().map(LatentCondition::context).toList()))
        .floats(
            KandinskyUnet.TIME_ADD,
            Rows.stack(conditions.stream().map(LatentCondition::timeAdd).toList()));
    if (conditions.get(0).concat().length > 0) {
      batch.floats(
          KandinskyUnet.CONCAT,
          Rows.stack(conditions.stream().map(LatentCondition::concat).toList()));
    }
  }

  @Override
  public void close() {
    denoisers.close();
    hints.close();
    projection.close();
  }
}
