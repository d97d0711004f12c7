package io.diffusion4j.benchmarks.peers;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The output of a layer in the code: a variable, and its casts to other types, each of which is
 * computed once.
 */
final class Expression {
  private final UnaryOperator<String> assign;
  private final Map<TorchType, String> forms = new EnumMap<>(TorchType.class);
  private final String own;

  /**
   * Creates the output.
   *
   * @param assign assigns an expression to a new variable and returns its name
   * @param own the variable
   */
  Expression(UnaryOperator<String> assign, String own, TorchType type) {
    this.assign = assign;
    this.own = own;
    forms.put(type, own);
  }

  /** Returns the variable with the value in a type. */
  String in(TorchType type) {
    String known = forms.get(type);
    if (known == null) {
      known = assign.apply("torch.to(%s, %d)".formatted(own, type.code));
      forms.put(type, known);
    }
    return known;
  }
}
