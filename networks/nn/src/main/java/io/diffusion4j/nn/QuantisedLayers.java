package io.diffusion4j.nn;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Chooses the layers of a network that an engine computes with 8-bit integers, {@link
 * io.diffusion4j.nn.engine.Precision#INT8}: convolutions and dense layers between activations.
 *
 * <p>These stay in floating point, since they cost little and their errors would remain visible:
 *
 * <ul>
 *   <li>the first layers, which no normalisation or weighted layer separates from an input: the
 *       first convolution, projections of texts;
 *   <li>the last layers, which nothing of this kind separates from an output;
 *   <li>dense layers of a single vector: projections of time, class and pooled texts;
 *   <li>convolutions of a single channel, of which oneDNN's are wrong if no row is padded;
 *   <li>layers that read a sum or a concatenation: the shortcuts of residual blocks, whose input,
 *       the residual stream, has channels of very different sizes.
 * </ul>
 *
 * <p>The choice depends on the layers alone, not on weights, engine or machine.
 */
public final class QuantisedLayers {
  private final Network network;

  private QuantisedLayers(Network network) {
    this.network = network;
  }

  /** Returns the indices of these nodes. */
  public static Set<Integer> of(Network network) {
    return new QuantisedLayers(network).chosen();
  }

  /**
   * Returns the indices of these nodes in a network that consists of layers of another one: the
   * nodes with the layers chosen there.
   *
   * @param original the network whose layers are chosen
   */
  public static Set<Integer> in(Network variant, Network original) {
    Set<Layer> chosen =
        of(original).stream().map(n -> original.nodes().get(n).layer()).collect(Collectors.toSet());
    return IntStream.range(0, variant.nodes().size())
        .filter(n -> chosen.contains(variant.nodes().get(n).layer()))
        .boxed()
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private Set<Integer> chosen() {
    Set<Integer> unseparated = nearInputs();
    Set<Integer> last = nearOutputs();
    Set<Integer> chosen = new LinkedHashSet<>();
    for (int n = 0; n < network.nodes().size(); n++) {
      var node = network.nodes().get(n);
      if (hasManyPositions(node)
          && !unseparated.contains(node.input(0))
          && !last.contains(n)
          && !isStream(node.input(0))) {
        chosen.add(n);
      }
    }
    return chosen;
  }

  /** Whether this is a convolution or dense layer, and of more than one vector for each sample. */
  private static boolean hasManyPositions(Network.Node node) {
    return node.layer()
        .matrix()
        .filter(matrix -> node.inputs().get(0).sampleSize() > matrix.in())
        .map(matrix -> matrix.match(linear -> true, conv -> conv.in() > 1))
        .orElse(false);
  }

  /** Whether a value is a sum or a concatenation, perhaps resampled or in another shape. */
  private boolean isStream(int n) {
    var node = network.nodes().get(n);
    return switch (node.layer().origin()) {
      case JOINED -> true;
      case OF_INPUT -> isStream(node.input(0));
      case OWN, OF_CURVE -> false;
    };
  }

  /**
   * Returns the inputs, and the values that are only arrangements and elementwise functions of
   * them.
   */
  private Set<Integer> nearInputs() {
    Set<Integer> near = new HashSet<>();
    for (int n = 0; n < network.nodes().size(); n++) {
      var node = network.nodes().get(n);
      boolean reads = node.inputs().stream().anyMatch(input -> near.contains(input.node()));
      if (node.layer().fed().isPresent() || (reads && !node.layer().transforms())) {
        near.add(n);
      }
    }
    return near;
  }

  /** Returns the outputs, and the values that they rearrange or apply elementwise functions to. */
  private Set<Integer> nearOutputs() {
    Set<Integer> near =
        network.outputs().stream().map(Tensor::node).collect(Collectors.toCollection(HashSet::new));
    for (int n = network.nodes().size() - 1; n >= 0; n--) {
      var node = network.nodes().get(n);
      if (near.contains(n) && !node.layer().transforms()) {
        node.inputs().forEach(input -> near.add(input.node()));
      }
    }
    return near;
  }
}
