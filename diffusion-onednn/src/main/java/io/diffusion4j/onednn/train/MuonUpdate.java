package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.Muon;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.onednn.tape.Trained;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * The {@link Muon} update of one matrix. In a group, one process orthogonalises it, which is most
 * of the work, and sends the direction to the others, so that all make the same step.
 */
final class MuonUpdate extends Update {
  private final Muon.Matrix matrix;
  private final Orthogonalization orthogonalization;
  private final int process;
  private final boolean mine;
  private Optional<AllReduce.Buffer> directions = Optional.empty();
  private int place;

  /**
   * Makes the state of a parameter.
   *
   * @param orthogonalization the orthogonalization of the thread that executes the steps
   * @param process the rank of the process that makes the matrix orthogonal
   * @param rank the rank of this process
   */
  MuonUpdate(
      Trained parameter,
      TrainingConfig config,
      Orthogonalization orthogonalization,
      int process,
      int rank) {
    super(parameter, config);
    this.process = process;
    this.mine = process == rank;
    this.matrix = Muon.Matrix.of(parameter.parameter());
    this.orthogonalization = orthogonalization;
  }

  /** Returns the rank of the process that makes the matrix orthogonal. */
  int process() {
    return process;
  }

  @Override
  double cost() {
    return MOVE * weights.length + (mine ? orthogonalization.cost(matrix) : 0);
  }

  /**
   * Shares the direction with the group from now on.
   *
   * @param buffer the buffer of the directions of all matrices
   * @param at the first of this one's
   */
  void share(AllReduce.Buffer buffer, int at) {
    directions = Optional.of(buffer);
    place = at;
  }

  @Override
  void prepare(Step s, dnnl_stream stream) {
    if (directions.isEmpty()) {
      direct(s);
      orthogonalization.run(matrix, stream);
    }
  }

  /** Provides the direction of a step, if this process computes it. */
  void giveDirection(Step s, dnnl_stream stream) {
    direct(s);
    if (!mine) {
      return;
    }
    orthogonalization.run(matrix, stream);
    for (int from = 0; from < gradient.length; from += BLOCK) {
      int to = Math.min(gradient.length, from + BLOCK);
      orthogonalization.get(gradient, from, to);
      directions.orElseThrow().put(place + from, gradient, from, to - from);
    }
  }

  /** Stores the direction before it is made orthogonal. */
  private void direct(Step s) {
    float mu = Muon.MOMENTUM;
    float fresh = s.clip() * (1 - mu);
    for (int from = 0; from < m.length; from += BLOCK) {
      int to = Math.min(m.length, from + BLOCK);
      for (int i = from; i < to; i++) {
        float momentum = m[i] * mu + gradient[i] * fresh;
        gradient[i] = momentum * mu + gradient[i] * fresh;
        m[i] = momentum;
      }
      if (mine) {
        orthogonalization.put(gradient, from, to);
      }
    }
  }

  @Override
  void move(Step s, int from, int to) {
    if (directions.isPresent()) {
      directions.get().get(place + from, gradient, from, to - from);
    } else {
      orthogonalization.get(gradient, from, to);
    }
    float rate = s.rate() * matrix.scale();
    float keep = keep(s);
    for (int i = from; i < to; i++) {
      float weight = weights[i] * keep - rate * gradient[i];
      weights[i] = weight;
      ema[i] = ema[i] * s.emaDecay() + weight * (1 - s.emaDecay());
    }
  }
}
