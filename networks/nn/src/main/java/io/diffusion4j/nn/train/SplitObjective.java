package io.diffusion4j.nn.train;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
    boolean[] isTrunk = new boolean[network.nodes().size()];
    for (int n = isTrunk.length - 1; n >= 0; n--) {
      var node = network.nodes().get(n);
      isTrunk[n] |= node.output().role() == Role.ACTIVATIONS;
      if (isTrunk[n]) {
        node.inputs().forEach(input -> isTrunk[input.node()] = true);
      }
    }
    var read =
        IntStream.range(0, isTrunk.length)
            .filter(n -> !isTrunk[n])
            .mapToObj(n -> network.nodes().get(n).inputs().stream())
            .flatMap(inputs -> inputs);
    Map<Integer, Tensor> joints = new TreeMap<>();
    Stream.concat(read, network.outputs().stream())
        .filter(x -> isTrunk[x.node()] && isComputed(network.nodes().get(x.node()).layer()))
        .forEach(x -> joints.put(x.node(), x));
    Map<Integer, String> names = new TreeMap<>();
    joints.keySet().forEach(node -> names.put(node, JOINT + node));
    return new SplitObjective(
        Network.part(network, List.copyOf(joints.values())),
        Network.above(network, names),
        List.copyOf(names.values()));
  }

  private static boolean isComputed(Layer layer) {
    return layer.fed().isEmpty() && layer.constant().isEmpty();
  }

  /**
   * Whether it has a trunk, which computes each row from the same row of the batch, and shares no
   * parameter with the head.
   */
  public boolean hasRows() {
    return !joints.isEmpty()
        && trunk.outputs().stream().allMatch(Tensor::hasRows)
        && !trunk.mixesRows()
        && Collections.disjoint(trunk.parameters().keySet(), head.parameters().keySet());
  }

  /** Returns the names of the batch's inputs that the head reads. */
  public Set<String> inputsOfHead() {
    var names = new LinkedHashSet<>(head.inputs().keySet());
    joints.forEach(names::remove);
    return names;
  }
}
