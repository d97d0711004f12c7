package io.diffusion4j.onnx;

import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the networks of model folders as other runtimes expect them: with the default names of
 * inputs and outputs, images with their channels first, and timesteps in place of sinusoids.
 */
public final class OnnxExport {
  /** The default name of the input that replaces the sinusoid of a timestep. */
  public static final String TIMESTEP = "timestep";

  private OnnxExport() {}

  /**
   * Writes a network to a file with its name in a folder, see {@link OnnxModel#write}.
   *
   * @param most the largest size in bytes of weights in the model itself
   * @param metadata properties of the model, beside its name and precision
   * @return the files
   * @throws IllegalArgumentException if a weight exceeds the range of the precision
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are missing, damaged, or
   *     not exactly the parameters of the network
   * @throws java.io.UncheckedIOException if a file cannot be written
   */
  public static List<Path> write(
      StoredNetwork network,
      Path folder,
      OnnxPrecision precision,
      long most,
      Map<String, String> metadata) {
    List<Path> files = new ArrayList<>();
    network
        .weights()
        .use(
            weights -> {
              var model =
                  OnnxModel.of(
                      network.network(),
                      network.otherSizes(),
                      weights,
                      options(network, precision, metadata));
              files.addAll(model.write(folder.resolve(network.name() + ".onnx"), most));
            });
    return files;
  }

  private static OnnxOptions options(
      StoredNetwork network, OnnxPrecision precision, Map<String, String> metadata) {
    Map<String, String> names = new LinkedHashMap<>(network.names());
    network.time().ifPresent(form -> names.put(NetworkDenoiser.TIME, TIMESTEP));
    Map<String, String> properties = new LinkedHashMap<>(metadata);
    properties.put("network", network.name());
    properties.put("precision", precision.name());
    return new OnnxOptions(
        precision,
        names,
        true,
        network.time().map(form -> new OnnxOptions.Timestep(NetworkDenoiser.TIME, form)),
        properties);
  }
}
