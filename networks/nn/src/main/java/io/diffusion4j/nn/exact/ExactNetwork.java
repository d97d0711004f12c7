package io.diffusion4j.nn.exact;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Numbers;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.exact.ExactLowering.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A compiled network. Whole samples are distributed among the threads, and all of them share the
 * remaining samples; results do not depend on it.
 *
 * <p>Thread-safe: concurrent calls take turns.
 */
final class ExactNetwork implements Executable {
  private final Network network;
  private final List<Step> steps;
  private final List<List<Integer>> last; // the values that are released after each step
  private final Team team;
  private final Products products;
  private final List<Values> values = new ArrayList<>();
  private final Turn turn;

  /** The turn of a network and its variants, which share the products. */
  static final class Turn {
    private boolean closed;
  }

  ExactNetwork(Network network, List<Step> steps, Team team, Products products, Turn turn) {
    this.network = network;
    this.steps = List.copyOf(steps);
    this.team = team;
    this.products = products;
    this.turn = turn;
    this.last = last(network);
    int[] sizes =
        network.nodes().stream().mapToInt(node -> ExactLowering.size(node.output())).toArray();
    for (int i = 0; i < team.size(); i++) {
      values.add(new Values(sizes));
    }
  }

  private static List<List<Integer>> last(Network network) {
    int[] reader = new int[network.nodes().size()];
    List<List<Integer>> last = new ArrayList<>();
    for (int n = 0; n < reader.length; n++) {
      reader[n] = n;
      for (Tensor input : network.nodes().get(n).inputs()) {
        reader[input.node()] = n;
      }
      last.add(new ArrayList<>());
    }
    for (Tensor output : network.outputs()) {
      reader[output.node()] = reader.length - 1;
    }
    for (int n = 0; n < reader.length; n++) {
      var node = network.nodes().get(n);
      if (node.layer().fed().isPresent() || !node.inputs().isEmpty()) {
        last.get(reader[n]).add(n);
      }
    }
    return last;
  }

  @Override
  public List<float[]> run(Batch batch) {
    batch.requireOnly(network.inputs().keySet());
    int rows = batch.rows();
    Map<String, Tensor> inputs = network.inputs();
    List<Given> given = new ArrayList<>();
    inputs.forEach((name, input) -> given.add(new Given(input, numbers(batch, name, input))));
    List<float[]> results =
        network.outputs().stream()
            .map(output -> new float[Math.multiplyExact(rows, ExactLowering.size(output))])
            .toList();
    synchronized (turn) {
      if (turn.closed) {
        throw new IllegalStateException("network: closed");
      }
      team.run(
          products,
          rows,
          (row, crew) -> sample(row, given, results, values.get(crew.member()), crew));
    }
    return results;
  }

  /** An input with the numbers of all rows. */
  @SuppressWarnings("ArrayRecordComponent") // bulk data
  private record Given(Tensor input, float[] numbers) {}

  private static float[] numbers(Batch batch, String name, Tensor input) {
    long[] sample = input.sample().stream().mapToLong(Long::longValue).toArray();
    return input.role() == Role.INTEGERS
        ? Numbers.floats(batch.ints(name, sample))
        : batch.floats(name, sample);
  }

  private void sample(int row, List<Given> given, List<float[]> results, Values own, Crew crew) {
    try {
      for (Given input : given) {
        float[] to = own.make(input.input.node());
        System.arraycopy(input.numbers, row * to.length, to, 0, to.length);
      }
      for (int n = 0; n < steps.size(); n++) {
        steps.get(n).run(own, crew);
        if (n == steps.size() - 1) {
          for (int i = 0; i < results.size(); i++) {
            float[] from = own.get(network.outputs().get(i).node());
            System.arraycopy(from, 0, results.get(i), row * from.length, from.length);
          }
        }
        last.get(n).forEach(own::release);
      }
    } catch (RuntimeException | Error e) {
      own.clear();
      throw e;
    }
  }

  @Override
  public void close() {
    synchronized (turn) {
      if (!turn.closed) {
        turn.closed = true;
        products.close();
      }
    }
  }
}
