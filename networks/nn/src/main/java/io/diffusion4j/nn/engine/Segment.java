package io.diffusion4j.nn.engine;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A part of a network that runs after the parts before it. A network is cut where later layers read
 * a single value of earlier ones, as between the blocks of a transformer. The parts before the
 * first dense layer and the last part are as small as possible, as they have layers that few
 * engines have, such as the lookup of tokens.
 *
 * @param network has the value of the segment before as an input, beside declared inputs
 * @param values the nodes of the whole network that its outputs are
 */
record Segment(Network network, List<Integer> values) {
  private static final String JOINT = "segment.";

  Segment {
    values = List.copyOf(values);
  }

  /** Returns the name of the input that is the value of a node of the whole network. */
  static String joint(int node) {
    return JOINT + node;
  }

  /**
   * Cuts a network.
   *
   * @param parameters a segment ends at the first possible place after this many parameter values
   * @return at least one segment
   */
  static List<Segment> of(Network network, long parameters) {
    var cutter = new Cutter(network);
    List<Segment> segments = new ArrayList<>();
    int begin = 0;
    for (int end : cutter.ends(parameters)) {
      segments.add(cutter.segment(begin, end));
      begin = end;
    }
    return segments;
  }

  private static final class Cutter {
    private final Network network;
    private final List<Node> nodes;

    /** Whether a value depends on the batch; other values are computed again in each segment. */
    private final boolean[] ofBatch;

    private final int[] lastReader;

    Cutter(Network network) {
      this.network = network;
      nodes = network.nodes();
      ofBatch = new boolean[nodes.size()];
      lastReader = new int[nodes.size()];
      for (int n = 0; n < nodes.size(); n++) {
        ofBatch[n] = isInput(n);
        for (Tensor input : nodes.get(n).inputs()) {
          ofBatch[n] |= ofBatch[input.node()];
          lastReader[input.node()] = n;
        }
      }
    }

    private boolean isInput(int n) {
      return nodes.get(n).layer().fed().isPresent();
    }

    /** Returns the nodes before which the network is cut, and the number of nodes. */
    List<Integer> ends(long parameters) {
      int firstOutput = network.outputs().stream().mapToInt(Tensor::node).min().orElse(0);
      int tail = lastPlace(firstOutput);
      List<Integer> ends = new ArrayList<>();
      Set<String> keys = new HashSet<>();
      boolean isHead = true;
      int begin = 0;
      long sum = 0;
      for (int n = 0; n < nodes.size(); n++) {
        isHead &= nodes.get(n).layer().linear().isEmpty();
        boolean isFull = sum >= parameters || (isHead && sum > 0);
        if ((isFull || n == tail) && isPlace(begin, n)) {
          ends.add(n);
          keys.clear();
          begin = n;
          sum = 0;
        }
        for (String key : nodes.get(n).layer().parameters()) {
          sum += keys.add(key) ? network.parameter(key).size() : 0;
        }
      }
      ends.add(nodes.size());
      return ends;
    }

    /** Returns the last cut at or before a node; -1 if there is none. */
    private int lastPlace(int node) {
      for (int n = node; n > 0; n--) {
        if (isPlace(0, n)) {
          return n;
        }
      }
      return -1;
    }

    /** Whether only one value that is computed in a segment is read after it. */
    private boolean isPlace(int begin, int end) {
      var live = live(end);
      return live.size() == 1 && live.get(0) >= begin;
    }

    /** Returns the values before a node that it or a later node reads. */
    private List<Integer> live(int node) {
      List<Integer> live = new ArrayList<>();
      for (int n = 0; n < node; n++) {
        if (ofBatch[n] && !isInput(n) && lastReader[n] >= node) {
          live.add(n);
        }
      }
      return live;
    }

    Segment segment(int begin, int end) {
      Set<Integer> outputs = new TreeSet<>(live(end));
      network.outputs().stream()
          .map(Tensor::node)
          .filter(n -> n >= begin && n < end)
          .forEach(outputs::add);
      var copy = new Copy(begin);
      outputs.forEach(copy::declare);
      var last = outputs.stream().map(n -> copy.of(numbers(n))).toList();
      Map<String, Parameter> parameters = new LinkedHashMap<>(network.parameters());
      Set<String> keys = new HashSet<>();
      copy.nodes.forEach(node -> keys.addAll(node.layer().parameters()));
      parameters.keySet().retainAll(keys);
      return new Segment(
          new Network(network.name(), copy.nodes, last, parameters), List.copyOf(outputs));
    }

    private Tensor numbers(int n) {
      return new Tensor(n, nodes.get(n).output().shape(), Role.NUMBERS);
    }

    /** Copies nodes, the inputs first. */
    private final class Copy {
      private final int begin;
      private final List<Node> nodes = new ArrayList<>();
      private final Map<Integer, Integer> index = new HashMap<>();
      private final Set<Integer> seen = new HashSet<>();

      Copy(int begin) {
        this.begin = begin;
      }

      /** Whether the value of a node is fed. */
      private boolean isFed(int n) {
        return isInput(n) || (ofBatch[n] && n < begin);
      }

      /** Adds the inputs that a node depends on. */
      void declare(int n) {
        if (!seen.add(n)) {
          return;
        }
        if (isFed(n)) {
          Layer layer = isInput(n) ? Cutter.this.nodes.get(n).layer() : new Layer.Input(joint(n));
          Tensor like = isInput(n) ? Cutter.this.nodes.get(n).output() : numbers(n);
          add(n, layer, List.of(), like);
        } else {
          Cutter.this.nodes.get(n).inputs().forEach(input -> declare(input.node()));
        }
      }

      Tensor of(Tensor value) {
        int n = value.node();
        if (!index.containsKey(n)) {
          var node = Cutter.this.nodes.get(n);
          add(n, node.layer(), node.inputs().stream().map(this::of).toList(), node.output());
        }
        return new Tensor(Objects.requireNonNull(index.get(n)), value.shape(), value.role());
      }

      private void add(int n, Layer layer, List<Tensor> inputs, Tensor like) {
        index.put(n, nodes.size());
        nodes.add(new Node(layer, inputs, new Tensor(nodes.size(), like.shape(), like.role())));
      }
    }
  }
}
