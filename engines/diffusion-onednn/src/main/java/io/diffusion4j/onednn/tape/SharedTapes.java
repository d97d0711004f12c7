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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * A network for batches of one size: each member of a {@link WorkerPool} runs the forward and
 * backward passes of shares of the rows, each share on its own {@link Tape}.
 */
public final class SharedTapes {
  /** A tape and its rows of the batch. */
  private record Part(Tape tape, TapeCompiler.Compiled network, RowRange rows) {
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
  private final List<float[]> outputs = new ArrayList<>();
  private final List<float[]> gradients = new ArrayList<>();

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
      Set<String> differentiated) {
    var compiled = new SharedTapes(team, network, rows, Math.min(team.size(), parts));
    for (int i = 0; i < parts; i++) {
      int number = i;
      var own = RowRange.of(rows, i, parts);
      var tape =
          new Tape(
              new TapeKernels(scope), type, own.count(), key -> parameters.apply(key).on(number));
      var on = TapeCompiler.compile(tape, network, activations, differentiated);
      compiled.parts.add(new Part(tape, on, own));
    }
    var first = compiled.parts.get(0);
    for (var output : first.network.outputs()) {
      int size = output.size() / first.rows.count() * rows;
      compiled.outputs.add(new float[size]);
      compiled.gradients.add(new float[size]);
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

  /** Runs work on each share of the rows, in the thread of its member. */
  public void each(Consumer<RowRange> work) {
    each((part, stream) -> work.accept(part.rows));
  }

  /** Returns the outputs of the last {@linkplain #forward forward} pass. */
  public List<float[]> outputs() {
    return outputs;
  }

  /**
   * Returns the gradients of the outputs, to be set before the {@linkplain #backward backward}
   * pass.
   */
  public List<float[]> gradients() {
    return gradients;
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
          for (int i = 0; i < outputs.size(); i++) {
            var output = part.network.outputs().get(i);
            output.floats().get(0, outputs.get(i), part.at(output), output.size());
          }
        });
  }

  /** Computes the gradients of the parameters and inputs from those of the outputs. */
  public void backward() {
    each(
        (part, stream) -> {
          for (int i = 0; i < outputs.size(); i++) {
            var gradient = part.network.outputs().get(i).gradient();
            gradient.floats().put(0, gradients.get(i), part.at(gradient), gradient.size());
          }
          part.tape.runBackward(stream);
        });
  }

  /** Adds the gradient with respect to an input, after the backward pass. */
  public void addGradient(String input, float[] sum) {
    for (Part part : parts) {
      var gradient = part.network.input(input).gradient();
      float[] own = new float[gradient.size()];
      gradient.floats().get(0, own, 0, own.length);
      int from = part.at(gradient);
      for (int i = 0; i < own.length; i++) {
        sum[from + i] += own[i];
      }
    }
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
