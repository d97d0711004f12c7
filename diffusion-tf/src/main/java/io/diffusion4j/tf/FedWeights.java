package io.diffusion4j.tf;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * Parameters that are too large for a graph, as native tensors that are fed to every run. Safe for
 * use by several threads at once until it is closed.
 */
public final class FedWeights implements AutoCloseable {
  private final List<Operand<TFloating>> placeholders;
  private final List<TType> values;

  /**
   * Takes ownership of values, which are closed with this object.
   *
   * @param placeholders the placeholders of the graph, one for each value
   */
  FedWeights(List<Operand<TFloating>> placeholders, List<TType> values) {
    this.placeholders = List.copyOf(placeholders);
    this.values = new ArrayList<>(values);
  }

  /** Feeds a run. */
  public void feed(Session.Runner runner) {
    for (int i = 0; i < values.size(); i++) {
      runner.feed(placeholders.get(i), values.get(i));
    }
  }

  /** Releases the values; no run may be in progress. */
  @Override
  public void close() {
    values.forEach(TType::close);
    values.clear();
  }
}
