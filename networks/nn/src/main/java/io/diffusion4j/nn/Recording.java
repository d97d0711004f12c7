package io.diffusion4j.nn;

import io.diffusion4j.diffusion.denoiser.Perturbation.Part;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The nodes and parameters of a network while its definition runs. */
final class Recording {
  private final Form form;
  private final List<Network.Node> nodes = new ArrayList<>();
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final List<PerturbedNetwork.Choice> choices = new ArrayList<>();

  /** The form of the network. */
  enum Form {
    /** Without further inputs. */
    PLAIN,
    /** {@link Nn#dropout} drops values. */
    TRAINED,
    /** {@link Nn#selfAttention} and {@link Nn#block} can leave out what they do. */
    PERTURBED
  }

  Recording(Form form) {
    this.form = form;
  }

  boolean isOf(Form asked) {
    return form == asked;
  }

  /** Records a part that can be left out, and returns its input. */
  Tensor choice(Part part, long tokens, long width) {
    int attentions =
        (int) choices.stream().filter(choice -> choice.part() == Part.ATTENTION).count();
    int layer = part == Part.ATTENTION ? attentions : attentions - 1;
    var choice = new PerturbedNetwork.Choice(part, layer, tokens, width);
    choices.add(choice);
    return input(choice.input(), Role.NUMBERS, 2 * width);
  }

  List<PerturbedNetwork.Choice> choices() {
    return choices;
  }

  /** Records a layer and returns its output. */
  Tensor add(Layer layer, Role role, List<Long> shape, List<Tensor> inputs) {
    for (Tensor input : inputs) {
      boolean known =
          input.node() < nodes.size()
              && nodes.get(input.node()).output().shape().equals(input.shape());
      if (!known) {
        throw new IllegalArgumentException(
            layer + ": " + input + " (expected: a tensor of this network)");
      }
    }
    var output = new Tensor(nodes.size(), shape, role);
    nodes.add(new Network.Node(layer, inputs, output));
    return output;
  }

  Tensor input(String name, Role role, long... sample) {
    List<Long> shape = new ArrayList<>();
    shape.add(Tensor.BATCH);
    for (long size : sample) {
      shape.add(size);
    }
    var input = add(new Layer.Input(name), role, shape, List.of());
    if (inputs.put(name, input) != null) {
      throw new IllegalStateException("input declared twice: " + name);
    }
    return input;
  }

  /** Records a parameter and returns its key. */
  String parameter(Parameter parameter) {
    if (parameters.put(parameter.key(), parameter) != null) {
      throw new IllegalStateException("parameter requested twice: " + parameter.key());
    }
    return parameter.key();
  }

  List<Network.Node> nodes() {
    return nodes;
  }

  Map<String, Parameter> parameters() {
    return parameters;
  }

  Map<String, Tensor> inputs() {
    return inputs;
  }
}
