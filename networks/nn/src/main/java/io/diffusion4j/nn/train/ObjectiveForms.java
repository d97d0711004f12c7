package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One objective for batches of several forms, such as images of several sizes. All forms have the
 * same parameters and the same layers in the same order; {@link io.diffusion4j.nn.Batch#form} names
 * that of a batch.
 *
 * @param all the objective for each form
 */
public record ObjectiveForms(List<Objective> all) implements Objective {
  public ObjectiveForms {
    all = List.copyOf(all);
    Check.that(!all.isEmpty(), "forms", 0, "≥ 1");
  }

  /** Returns the forms of an objective, which may have one only. */
  static List<Objective> of(Objective objective) {
    return objective instanceof ObjectiveForms forms ? forms.all : List.of(objective);
  }

  /** Returns the forms with each of them changed. */
  public ObjectiveForms map(UnaryOperator<Objective> change) {
    return new ObjectiveForms(all.stream().map(change).toList());
  }

  /** Defines the first form. */
  @Override
  public Loss define(Nn nn, Inputs inputs) {
    return all.get(0).define(nn, inputs);
  }
}
