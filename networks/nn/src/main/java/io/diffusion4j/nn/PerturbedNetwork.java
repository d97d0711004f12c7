package io.diffusion4j.nn;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Perturbation;
import io.diffusion4j.diffusion.denoiser.Perturbation.Part;
import io.diffusion4j.nn.Recording.Form;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A network that can leave out the map of each {@link Nn#selfAttention} and each {@link Nn#block},
 * for guidance away from the worse prediction. It has the parameters of the network, so an engine
 * can hold the weights once, and an input for each choice, so it is compiled once for all.
 *
 * @param network the network with the further inputs
 * @param choices the parts that can be left out, in the order of the network
 */
public record PerturbedNetwork(Network network, List<Choice> choices) {
  public PerturbedNetwork {
    choices = List.copyOf(choices);
  }

  /**
   * A part that can be left out. Its input has a factor of each channel of the part's value, 1 or
   * 0, and then of each channel of what replaces it.
   *
   * @param layer the number of the layer of self-attention
   * @param tokens the number of tokens
   * @param width the channels of the value
   */
  public record Choice(Part part, int layer, long tokens, long width) {
    /** Returns the name of the input. */
    public String input() {
      return part.word() + " " + layer;
    }

    private float[] factors(int rows, boolean isLeftOut) {
      int channels = Math.toIntExact(width);
      float[] factors = new float[rows * 2 * channels];
      for (int row = 0; row < rows; row++) {
        int first = (2 * row + (isLeftOut ? 1 : 0)) * channels;
        Arrays.fill(factors, first, first + channels, 1);
      }
      return factors;
    }
  }

  /** Runs a definition; empty if the network has no self-attention. */
  public static Optional<PerturbedNetwork> of(NetworkDefinition definition) {
    var recording = new Recording(Form.PERTURBED);
    var network = Network.of(definition, recording);
    return recording.choices().isEmpty()
        ? Optional.empty()
        : Optional.of(new PerturbedNetwork(network, recording.choices()));
  }

  /** Returns the number of layers of self-attention of a definition. */
  public static int attentions(NetworkDefinition definition) {
    return of(definition)
        .map(own -> (int) own.choices.stream().filter(c -> c.part == Part.ATTENTION).count())
        .orElse(0);
  }

  /**
   * Returns the inputs of the network with what is left out of all rows.
   *
   * @param batch the inputs of the unperturbed network
   * @throws IllegalArgumentException if it has no such layer
   */
  public Batch batch(Batch batch, Perturbation perturbation) {
    Set<Integer> layers = layers(perturbation);
    Set<String> own = new HashSet<>(network.inputs().keySet());
    choices.forEach(choice -> own.remove(choice.input()));
    Batch all = batch.only(own);
    for (Choice choice : choices) {
      boolean isLeftOut = choice.part == perturbation.part() && layers.contains(choice.layer);
      all.floats(choice.input(), choice.factors(batch.rows(), isLeftOut));
    }
    return all;
  }

  private Set<Integer> layers(Perturbation perturbation) {
    var some = choices.stream().filter(choice -> choice.part == perturbation.part()).toList();
    if (perturbation.layers().isEmpty()) {
      long fewest =
          some.stream().mapToLong(Choice::tokens).filter(tokens -> tokens > 1).min().orElse(1);
      var deepest = some.stream().filter(choice -> choice.tokens == fewest).toList();
      return Set.of(deepest.get((deepest.size() - 1) / 2).layer);
    }
    List<Integer> known = some.stream().map(Choice::layer).toList();
    for (int layer : perturbation.layers()) {
      Check.that(known.contains(layer), "guider", "layers=" + layer, "some of %s", known);
    }
    return Set.copyOf(perturbation.layers());
  }
}
