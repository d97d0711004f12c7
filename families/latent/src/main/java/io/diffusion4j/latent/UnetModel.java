package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.stage.Pixels;
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
import java.util.function.UnaryOperator;

/**
 * The U-Net with its weights, for latents of any size and texts of one length. Thread-safe; holds
 * native memory until it is closed.
 */
final class UnetModel implements AutoCloseable {
  private final LatentBackbone unet;
  private final Parameterization parameterization;
  private final SizedNetworks networks;

  /**
   * Reads the settings of a folder.
   *
   * @param change maps the stored weights to those that are loaded, with the same names and shapes
   * @param parameterization the quantity that the network predicts, from the scheduler beside it
   * @param length the number of tokens of a text
   */
  UnetModel(
      Path folder,
      UnaryOperator<TensorSource> change,
      Parameterization parameterization,
      int length,
      Compute compute) {
    unet = LatentBackbone.read(folder);
    this.parameterization = parameterization;
    networks =
        new SizedNetworks(
            size -> {
              try (var weights = change.apply(Checkpoint.open(folder, Checkpoint.DIFFUSERS))) {
                var network = unet.network(size.height(), size.width(), length);
                return new CompiledNetwork(network, weights, compute);
              }
            });
  }

  /** Returns the network as a denoiser; a call merges queries of equal sizes. */
  Denoiser<UnetCondition> denoiser() {
    return new Denoiser<>() {
      @Override
      public Parameterization parameterization() {
        return parameterization;
      }

      @Override
      public List<Prediction> predict(List<Query<UnetCondition>> queries) {
        return bySize(queries);
      }
    };
  }

  private List<Prediction> bySize(List<Query<UnetCondition>> queries) {
    Map<Pixels, List<Integer>> rows = new LinkedHashMap<>();
    for (int i = 0; i < queries.size(); i++) {
      rows.computeIfAbsent(queries.get(i).condition().size(), size -> new ArrayList<>()).add(i);
    }
    List<Prediction> answers =
        new ArrayList<>(Collections.nCopies(queries.size(), Prediction.of(new float[0])));
    rows.forEach(
        (size, indices) -> {
          var asked = indices.stream().map(queries::get).toList();
          var answered = networks.use(size, network -> of(network).predict(asked));
          for (int i = 0; i < asked.size(); i++) {
            answers.set(indices.get(i), answered.get(i));
          }
        });
    return answers;
  }

  private Denoiser<UnetCondition> of(CompiledNetwork network) {
    return new NetworkDenoiser<>(network, parameterization, unet.sinusoid()::at, unet::feed);
  }

  @Override
  public void close() {
    networks.close();
  }
}
