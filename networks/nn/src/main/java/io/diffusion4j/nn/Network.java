package io.diffusion4j.nn;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Recording.Form;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.weights.Differences;
import io.diffusion4j.nn.weights.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A network as data: its layers, each after its inputs, and the parameters that they read. Engines
 * compile this, to run it or to train it.
 *
 * @param name the name in messages
 * @param nodes the layers; the declared inputs come first, and every other layer contributes to an
 *     output
 * @param outputs the outputs of the network
 * @param parameters the parameters by checkpoint key, in the order of the definition
 */
public record Network(
    String name, List<Node> nodes, List<Tensor> outputs, Map<String, Parameter> parameters) {

  /**
   * A layer in a network.
   *
   * @param inputs the inputs of the layer, each in the role in which it is read
   * @param output the output of the layer
   */
  public record Node(Layer layer, List<Tensor> inputs, Tensor output) {
    public Node {
      inputs = List.copyOf(inputs);
    }

    /** Returns the index of the node that computes an input. */
    public int input(int i) {
      return inputs.get(i).node();
    }
  }

  public Network {
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /**
   * Runs a definition.
   *
   * @throws IllegalArgumentException if shapes or roles do not fit each other, or an output does
   *     not hold numbers
   */
  public static Network of(NetworkDefinition definition) {
    return of(definition, new Recording(Form.PLAIN));
  }

  /**
   * Runs a definition of what is trained: its {@link Nn#dropout} has an input, see {@link Dropout}.
   */
  public static Network ofTraining(NetworkDefinition definition) {
    return of(definition, new Recording(Form.TRAINED));
  }

  static Network of(NetworkDefinition definition, Recording recording) {
    var outputs = definition.define(Nn.of(recording), new Inputs(recording));
    for (Tensor output : outputs) {
      boolean isOfNumbers = output.role() == Role.NUMBERS;
      Check.that(isOfNumbers, definition.name() + ": output", output.role(), "%s", Role.NUMBERS);
    }
    var order = new Order(recording.nodes());
    recording.inputs().values().forEach(order::visit);
    var last = outputs.stream().map(order::visit).toList();
    return new Network(definition.name(), order.nodes, last, recording.parameters());
  }

  /**
   * Returns the part of the network that some of its values depend on, with these values as
   * outputs.
   */
  public static Network part(Network network, List<Tensor> outputs) {
    var order = new Order(network.nodes());
    var last = outputs.stream().map(order::visit).toList();
    Map<String, Parameter> parameters = new LinkedHashMap<>(network.parameters());
    parameters.keySet().retainAll(keys(order.nodes));
    return new Network(network.name(), order.nodes, last, parameters);
  }

  /**
   * Returns the part of the network that computes its outputs if some of its values are given.
   *
   * @param inputs the names of the new inputs of numbers, by the nodes of the values
   */
  public static Network above(Network network, Map<Integer, String> inputs) {
    List<Node> nodes = new ArrayList<>(network.nodes());
    inputs.forEach(
        (node, name) -> {
          var value = new Tensor(node, nodes.get(node).output().shape(), Role.NUMBERS);
          nodes.set(node, new Node(new Layer.Input(name), List.of(), value));
        });
    var whole = new Network(network.name(), nodes, network.outputs(), network.parameters());
    var part = part(whole, network.outputs());
    var order = new Order(part.nodes());
    part.inputs().values().forEach(order::visit); // declared inputs come first
    var last = part.outputs().stream().map(order::visit).toList();
    return new Network(part.name(), order.nodes, last, part.parameters());
  }

  private static Set<String> keys(List<Node> nodes) {
    Set<String> keys = new HashSet<>();
    nodes.forEach(node -> keys.addAll(node.layer().parameters()));
    return keys;
  }

  /** Returns the declared inputs by name. */
  public Map<String, Tensor> inputs() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Node node : nodes) {
      node.layer().fed().ifPresent(input -> inputs.put(input, node.output()));
    }
    return inputs;
  }

  /** Whether values of a row depend on other rows. */
  public boolean mixesRows() {
    Set<Integer> ofAll = new HashSet<>();
    for (Node node : nodes) {
      var shape = node.output().shape();
      boolean isOfRows = shape.contains(Tensor.BATCH);
      boolean readsAll = node.inputs().stream().anyMatch(x -> ofAll.contains(x.node()));
      if (shape.lastIndexOf(Tensor.BATCH) > 0 || (isOfRows && readsAll)) {
        return true;
      }
      boolean readsRows = node.inputs().stream().anyMatch(x -> x.shape().contains(Tensor.BATCH));
      if (!isOfRows && (readsRows || readsAll)) {
        ofAll.add(node.output().node());
      }
    }
    return false;
  }

  /** Returns the parameter with the key of a layer. */
  public Parameter parameter(String key) {
    return Objects.requireNonNull(parameters.get(key), key);
  }

  /**
   * Checks that these weights are exactly the parameters of the network.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if anything is missing, unused or of the
   *     wrong shape; the message lists all differences
   */
  public void requireFits(TensorSource weights) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    parameters.forEach((key, parameter) -> shapes.put(key, parameter.shape()));
    Differences.between(shapes, weights).requireNone(Path.of(weights.origin()));
  }

  /** Copies the nodes that the outputs depend on, each after its inputs. */
  private static final class Order {
    private final List<Node> recorded;
    private final Map<Integer, Integer> index = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();

    Order(List<Node> recorded) {
      this.recorded = recorded;
    }

    /** The recursion is as deep as the network, a few hundred layers. */
    Tensor visit(Tensor value) {
      Integer known = index.get(value.node());
      if (known == null) {
        Node node = recorded.get(value.node());
        var inputs = node.inputs().stream().map(this::visit).toList();
        known = nodes.size();
        nodes.add(
            new Node(
                node.layer(),
                inputs,
                new Tensor(known, node.output().shape(), node.output().role())));
        index.put(value.node(), known);
      }
      return new Tensor(known, value.shape(), value.role());
    }
  }
}
