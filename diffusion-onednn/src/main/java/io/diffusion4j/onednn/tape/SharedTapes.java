package io.diffusion4j.onednn.tape;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Numbers;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.Team;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A network for batches of one size: each member of a {@link Team} runs the forward and backward
 * passes of shares of the rows, each share on its own {@link Tape}.
 */
public final class SharedTapes {
  /** A tape and its rows of the batch. */
  private record Share(Tape tape, TapeCompiler.Compiled network, int from, int rows) {}

  private final Team team;
  private final Network network;
  private final int rows;
  private final List<Share> shares = new ArrayList<>();
  private final int members;
  private final List<float[]> outputs = new ArrayList<>();
  private final List<float[]> gradients = new ArrayList<>();

  private SharedTapes(Team team, Network network, int rows, int members) {
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
      Team team,
      Scope scope,
      Network network,
      int rows,
      int parts,
      DataType type,
      Activations activations,
      Function<String, Trained> parameters,
      Set<String> differentiated) {
    var compiled = new SharedTapes(team, network, rows, Math.min(team.size(), parts));
    for (int i = 0; i < parts; i++) {
      int number = i;
      int from = rows * i / parts;
      int own = rows * (i + 1) / parts - from;
      var tape = new Tape(new Kernels(scope), type, own, key -> parameters.apply(key).on(number));
      var on = TapeCompiler.compile(tape, network, activations, differentiated);
      compiled.shares.add(new Share(tape, on, from, own));
    }
    for (var output : compiled.shares.get(0).network.outputs()) {
      int size = output.size() / compiled.shares.get(0).rows * rows;
      compiled.outputs.add(new float[size]);
      compiled.gradients.add(new float[size]);
    }
    return compiled;
  }

  /** Returns the number of members with shares. */
  int members() {
    return members;
  }

  /** Returns the shares of a member: one, or several consecutive ones. */
  private List<Share> sharesOf(int member) {
    return member < members
        ? shares.subList(shares.size() * member / members, shares.size() * (member + 1) / members)
        : List.of();
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
    if (batch.rows() != rows) {
      throw new IllegalArgumentException(
          "batch: " + batch.rows() + " rows (expected: " + rows + ")");
    }
    team.run(
        (member, stream) -> {
          for (var share : sharesOf(member)) {
            feed(batch, share);
            share.tape.runForward(stream);
            for (int i = 0; i < outputs.size(); i++) {
              var output = share.network.outputs().get(i);
              output.floats().get(0, outputs.get(i), at(share, output), output.size());
            }
          }
        });
  }

  /** Computes the gradients of the parameters and inputs from those of the outputs. */
  public void backward() {
    team.run(
        (member, stream) -> {
          for (var share : sharesOf(member)) {
            for (int i = 0; i < outputs.size(); i++) {
              var gradient = share.network.outputs().get(i).gradient();
              gradient.floats().put(0, gradients.get(i), at(share, gradient), gradient.size());
            }
            share.tape.runBackward(stream);
          }
        });
  }

  /** Adds the gradient with respect to an input, after the backward pass. */
  public void addGradient(String input, float[] sum) {
    for (Share share : shares) {
      var gradient = share.network.input(input).gradient();
      float[] own = new float[gradient.size()];
      gradient.floats().get(0, own, 0, own.length);
      int from = at(share, gradient);
      for (int i = 0; i < own.length; i++) {
        sum[from + i] += own[i];
      }
    }
  }

  private void feed(Batch batch, Share share) {
    network
        .inputs()
        .forEach(
            (name, tensor) -> {
              var input = share.network.input(name);
              int size = input.size() / share.rows;
              float[] all =
                  tensor.role() == Tensor.Role.INTEGERS
                      ? Numbers.floats(batch.ints(name, size))
                      : batch.floats(name, size);
              input.floats().put(0, all, share.from * size, input.size());
            });
  }

  /** Returns the offset of a share's rows in an array of the whole batch. */
  private static int at(Share share, Activation rows) {
    return rows.size() / share.rows * share.from;
  }
}
