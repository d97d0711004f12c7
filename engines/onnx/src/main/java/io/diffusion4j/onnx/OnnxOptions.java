package io.diffusion4j.onnx;

import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.StoredNetwork;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The form in which a network is written.
 *
 * @param precision the precision of weights and activations
 * @param names the names of inputs and outputs in the file by those in the network; of the outputs,
 *     {@link StoredNetwork#output}. Names that are absent stay as they are
 * @param imagesFirst whether images are {@code [B, C, H, W]} at inputs and outputs, as is usual in
 *     ONNX, and not {@code [B, H, W, C]}
 * @param timestep the replacement of the network's input of a sinusoid, if it has one
 * @param metadata the properties of the model
 */
public record OnnxOptions(
    OnnxPrecision precision,
    Map<String, String> names,
    boolean imagesFirst,
    Optional<Timestep> timestep,
    Map<String, String> metadata) {
  /**
   * An input of timesteps {@code [B]}, float32, whose sinusoids the model computes itself.
   *
   * @param input the network's input that it replaces
   * @param sinusoid the form of that input
   */
  public record Timestep(String input, Sinusoid sinusoid) {}

  public OnnxOptions {
    names = Collections.unmodifiableMap(new LinkedHashMap<>(names));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** Creates options with the names and the order of axes of the network itself. */
  public static OnnxOptions plain(OnnxPrecision precision) {
    return new OnnxOptions(precision, Map.of(), false, Optional.empty(), Map.of());
  }

  /** Returns the name in the file. */
  String name(String own) {
    return names.getOrDefault(own, own);
  }
}
