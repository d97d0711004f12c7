package io.diffusion4j.nn.train;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An objective split where its activations end: the network, which computes rows, and a loss of all
 * rows together.
 *
 * @param trunk everything that activations depend on; its outputs are the values that the loss
 *     reads
 * @param head computes the loss from the trunk's outputs and some inputs of the batch
 * @param joints the names of the head's inputs that are the trunk's outputs, in their order
 */
public record SplitObjective(Network trunk, Network head, List<String> joints) {
  private static final String JOINT = "trunk.";

  public SplitObjective {
    joints = List.copyOf(joints);
  }

  /** Cuts an objective. */
  public static SplitObjective of(LossNetwork objective) {
    var network = objective.network();
    var cut = new Cut(network);
    var head = network.outputs().stream().map(cut::head).toList();
    var trunk = Network.part(network, cut.joints);
    var parameters = new LinkedHashMap<>(network.parameters());
    parameters.keySet().removeAll(trunk.parameters().keySet());
    return new SplitObjective(
        trunk,
        new Network(network.name(), cut.nodes, head, parameters),
        cut.joints.stream().map(joint -> JOINT + joint.node()).toList());
  }

  /** Copies the head, with inputs in place of the trunk's outputs. */
  private static final class Cut {
    private final Network network;
    private final boolean[] isTrunk;
    private final List<Tensor> joints = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Integer, Integer> index = new HashMap<>();

    Cut(Network network) {
      this.network = network;
      isTrunk = new boolean[network.nodes().size()];
      for (int n = isTrunk.length - 1; n >= 0; n--) {
        var node = network.nodes().get(n);
        isTrunk[n] |= node.output().role() == Role.ACTIVATIONS;
        if (isTrunk[n]) {
          node.inputs().forEach(input -> isTrunk[input.node()] = true);
        }
      }
    }

    Tensor head(Tensor value) {
      Integer known = index.get(value.node());
      if (known == null) {
        known = copy(value);
        index.put(value.node(), known);
      }
      return new Tensor(known, value.shape(), value.role());
    }

    private int copy(Tensor value) {
      var node = network.nodes().get(value.node());
      if (isTrunk[value.node()] && node.layer().fed().isEmpty()) {
        joints.add(value);
        return add(new Layer.Input(JOINT + value.node()), List.of(), value);
      }
      return add(node.layer(), node.inputs().stream().map(this::head).toList(), node.output());
    }

    private int add(Layer layer, List<Tensor> inputs, Tensor like) {
      nodes.add(new Node(layer, inputs, new Tensor(nodes.size(), like.shape(), like.role())));
      return nodes.size() - 1;
    }
  }

  /** Whether it has a trunk, which computes each row from the same row of the batch. */
  public boolean hasRows() {
    return !joints.isEmpty() && !trunk.mixesRows();
  }

  /** Returns the names of the batch's inputs that the head reads. */
  public Set<String> inputsOfHead() {
    var names = new LinkedHashSet<>(head.inputs().keySet());
    joints.forEach(names::remove);
    return names;
  }
}
