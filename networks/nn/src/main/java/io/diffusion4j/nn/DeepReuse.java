package io.diffusion4j.nn;

import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Tensor.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A U-Net rewritten for the reuse of its deep features (DeepCache, Ma et al. 2023, §3.2), which
 * change slowly from step to step.
 *
 * <p>The cut is at the last skip connection: the concatenation of channels that joins a value of
 * the way down to the deep features, which are everything that the levels below contribute. Both
 * networks consist of layers of the original and have its parameters, so an engine can hold the
 * weights once, see {@link io.diffusion4j.nn.engine.Engine}.
 *
 * @param keeping the whole network, with the features as one more output, the last
 * @param shallow the layers above the cut, with the features as the input {@code deep_features} and
 *     with those of the network's inputs that they read
 */
public record DeepReuse(Network keeping, Network shallow) {
  /** The input of the shallow network: the features, in the shape of one sample. */
  public static final String FEATURES = "deep_features";

  /**
   * Rewrites a network.
   *
   * @return empty if the network has no skip connections between feature maps, so is no U-Net
   */
  public static Optional<DeepReuse> of(Network network) {
    for (int n = network.nodes().size() - 1; n >= 0; n--) {
      if (isSkip(network, network.nodes().get(n))) {
        return Optional.of(at(network, network.nodes().get(n).inputs().get(0)));
      }
    }
    return Optional.empty();
  }

  private static DeepReuse at(Network network, Tensor deep) {
    List<Tensor> outputs = new ArrayList<>(network.outputs());
    outputs.add(new Tensor(deep.node(), deep.shape(), Role.NUMBERS));
    return new DeepReuse(
        new Network(network.name(), network.nodes(), outputs, network.parameters()),
        Network.above(network, Map.of(deep.node(), FEATURES)));
  }

  /** Whether it joins a feature map to one that was computed from it. */
  private static boolean isSkip(Network network, Node node) {
    return node.layer().joins().equals(OptionalInt.of(3))
        && node.inputs().size() == 2
        && dependsOn(network, node.input(0), node.input(1));
  }

  /** Whether a node is another one, or depends on it; nodes come after their inputs. */
  private static boolean dependsOn(Network network, int node, int on) {
    Set<Integer> needed = new HashSet<>(List.of(node));
    for (int n = node; n > on; n--) {
      if (needed.contains(n)) {
        network.nodes().get(n).inputs().forEach(input -> needed.add(input.node()));
      }
    }
    return needed.contains(on);
  }
}
