package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.weights.Parameter;
import java.util.Locale;
import java.util.Optional;

/**
 * The rule that updates the weights by their gradients.
 *
 * @param method the method of the update
 * @param beta1 decay of AdamW's first moment
 * @param beta2 decay of AdamW's second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled (Loshchilov &amp; Hutter 2019)
 * @param decayed which parameters decay
 * @param rule replaces the method, if present
 */
public record Optimizer(
    Method method,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    Decayed decayed,
    Optional<Rule> rule) {
  /** The update rules. */
  public enum Method {
    /** AdamW (Loshchilov &amp; Hutter 2019, algorithm 2) for all. */
    ADAMW,
    /** {@link Muon} for the matrices that it applies to, AdamW for the rest. */
    MUON
  }

  /** The parameters with weight decay. */
  public enum Decayed {
    /** All, the default of PyTorch's AdamW. */
    ALL,
    /** Parameters with two or more axes: no biases, and no gains and shifts of normalisations. */
    MATRICES,
    /** Selects parameters of two or more axes, except tables of embeddings and positions. */
    LAYERS
  }

  /**
   * A rule by its name.
   *
   * @param name the name that weights and states record
   */
  public record Rule(String name, UpdateRule update) {
    @Override
    public String toString() {
      return name; // the same in all processes
    }
  }

  /** Creates an optimizer whose weight decay applies to parameters of two or more axes. */
  public Optimizer(Method method, double beta1, double beta2, double epsilon, double weightDecay) {
    this(method, beta1, beta2, epsilon, weightDecay, Decayed.MATRICES, Optional.empty());
  }

  public Optimizer {
    Check.that(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in [0, 1)");
    Check.that(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in [0, 1)");
    Check.that(epsilon > 0, "epsilon", epsilon, "> 0");
    Check.that(weightDecay >= 0, "weightDecay", weightDecay, "≥ 0");
  }

  /** Returns an optimizer with the customary constants. */
  public static Optimizer of(Method method) {
    return new Optimizer(method, 0.9, 0.99, 1e-8, 0.01);
  }

  /** Whether {@link Muon} updates this parameter. */
  public boolean orthogonalizes(Parameter parameter) {
    return rule.isEmpty() && method == Method.MUON && Muon.moves(parameter);
  }

  /** Whether a parameter decays. */
  public boolean decays(Parameter parameter) {
    return switch (decayed) {
      case ALL -> true;
      case MATRICES -> parameter.shape().length >= 2;
      case LAYERS -> parameter.shape().length >= 2 && !isTable(parameter.key());
    };
  }

  private static boolean isTable(String key) {
    return key.contains("embeddings.")
        || key.contains("token_embedding")
        || key.contains("position");
  }

  /** Returns the name of the rule, or of the method in lower case. */
  public String name() {
    return rule.map(Rule::name).orElse(method.name().toLowerCase(Locale.ROOT));
  }

  /** Returns the optimizer with a rule in place of its method. */
  public Optimizer withRule(Rule newRule) {
    return new Optimizer(method, beta1, beta2, epsilon, weightDecay, decayed, Optional.of(newRule));
  }

  /** Returns the optimizer with another method. */
  public Optimizer withMethod(Method newMethod) {
    return new Optimizer(newMethod, beta1, beta2, epsilon, weightDecay, decayed, Optional.empty());
  }

  /** Returns the optimizer with another weight decay. */
  public Optimizer withWeightDecay(double newWeightDecay) {
    return new Optimizer(method, beta1, beta2, epsilon, newWeightDecay, decayed, rule);
  }

  /** Returns the optimizer with another choice of decaying parameters. */
  public Optimizer withDecayed(Decayed newDecayed) {
    return new Optimizer(method, beta1, beta2, epsilon, weightDecay, newDecayed, rule);
  }
}
