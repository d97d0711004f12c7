package io.diffusion4j.onednn.tape;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Numbers;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.nn.train.group.RowRange;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.WorkerPool;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * A network for batches of one size: each member of a {@link WorkerPool} runs the forward and
 * backward passes of shares of the rows, each share on its own {@link Tape}.
 */
public final class SharedTapes {
  /** A tape and its rows of the batch. */
  private record Part(int number, Tape tape, TapeCompiler.Compiled network, RowRange rows) {
    /** Returns the offset of its rows in an array of the whole batch. */
    int at(Activation own) {
      return own.size() / rows.count() * rows.from();
    }
  }

  private final WorkerPool team;
  private final Network network;
  private final int rows;
  private final List<Part> parts = new ArrayList<>();
  private final int members;

  private SharedTapes(WorkerPool team, Network network, int rows, int members) {
    this.members = members;
    this.team = team;
    this.network = network;
    this.rows = rows;
  }

  /**
   * Compiles a network, on a thread of the team.
   *
   * @param scope owns native resources
   * @param rows rows of each batch
   * @param parts the number of shares, at most one for each row
   * @param type type of activations with pixels or tokens
   * @param parameters the parameters by key
   * @param differentiated names of the inputs whose gradients are needed
   * @param seeds the number of outputs, the first ones, that are differentiated
   * @throws io.diffusion4j.nn.UnsupportedLayerException naming a layer that cannot be
   *     differentiated here
   */
  public static SharedTapes compile(
      WorkerPool team,
      Scope scope,
      Network network,
      int rows,
      int parts,
      DataType type,
      Activations activations,
      Function<String, TrainableParameter> parameters,
      Set<String> differentiated,
      int seeds) {
    var compiled = new SharedTapes(team, network, rows, Math.min(team.size(), parts));
    for (int i = 0; i < parts; i++) {
      int number = i;
      var own = RowRange.of(rows, i, parts);
      var tape =
          new Tape(
              new TapeKernels(scope), type, own.count(), key -> parameters.apply(key).on(number));
      var on = TapeCompiler.compile(tape, network, activations, differentiated, seeds);
      compiled.parts.add(new Part(i, tape, on, own));
    }
    return compiled;
  }

  /** Runs work on each share of the rows: each member on one, or on several consecutive ones. */
  private void each(BiConsumer<Part, dnnl_stream> work) {
    team.run(
        (member, stream) -> {
          if (member < members) {
            var own = RowRange.of(parts.size(), member, members);
            parts.subList(own.from(), own.to()).forEach(part -> work.accept(part, stream));
          }
        });
  }

  /** Returns the shares of the rows, in order. */
  public List<RowRange> shares() {
    return parts.stream().map(Part::rows).toList();
  }

  /**
   * Computes the outputs of a batch.
   *
   * @throws IllegalArgumentException if it has another size
   */
  public void forward(Batch batch) {
    Check.that(batch.rows() == rows, "batch", batch.rows() + " rows", "%s", rows);
    each(
        (part, stream) -> {
          feed(batch, part);
          part.tape.runForward(stream);
        });
  }

  /** Returns an output of a share of the rows, after the forward pass. */
  public float[] output(int share, int output) {
    return numbers(parts.get(share).network.outputs().get(output));
  }

  /** Returns an output of all shares, one after the other, after the forward pass. */
  public float[] output(int output) {
    return joined(part -> part.network.outputs().get(output));
  }

  private float[] joined(Function<Part, Activation> value) {
    var all = FloatBuffer.allocate(parts.stream().mapToInt(p -> value.apply(p).size()).sum());
    parts.forEach(part -> all.put(numbers(value.apply(part))));
    return all.array();
  }

  private static float[] numbers(Activation value) {
    float[] numbers = new float[value.size()];
    value.floats().get(0, numbers);
    return numbers;
  }

  /**
   * Computes the gradients of the parameters and inputs.
   *
   * @param seeds the gradient of each differentiated output, all shares one after the other
   */
  public void backward(List<float[]> seeds) {
    each(
        (part, stream) -> {
          for (int i = 0; i < seeds.size(); i++) {
            var gradient = part.network.outputs().get(i).gradient();
            int from = 0;
            for (Part before : parts.subList(0, part.number)) {
              from += before.network.outputs().get(i).size();
            }
            gradient.floats().put(0, seeds.get(i), from, gradient.size());
          }
          part.tape.runBackward(stream);
        });
  }

  /** Returns the gradient with respect to an input of all rows, after the backward pass. */
  public float[] gradient(String input) {
    return joined(part -> part.network.input(input).gradient());
  }

  private void feed(Batch batch, Part part) {
    network
        .inputs()
        .forEach(
            (name, tensor) -> {
              var input = part.network.input(name);
              int size = input.size() / part.rows.count();
              float[] all =
                  tensor.role() == Tensor.Role.INTEGERS
                      ? Numbers.floats(batch.ints(name, size))
                      : batch.floats(name, size);
              input.floats().put(0, all, part.at(input), input.size());
            });
  }
}
