package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.Muon;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.onednn.tape.TrainableParameter;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * The {@link Muon} update of one matrix. In a group, one process has the gradient and the first
 * moment and orthogonalises them, which is most of the work, and sends the direction to the others,
 * so that all make the same step.
 */
final class MuonUpdate extends ParameterUpdate {
  private final Muon.Matrix matrix;
  private final Orthogonalization orthogonalization;
  private final int process;
  private final boolean mine;
  private Optional<AllReduce.Buffer> directions = Optional.empty();

  /**
   * Makes the state of a parameter.
   *
   * @param orthogonalization the orthogonalization of the thread that executes the steps
   * @param process the rank of the process that makes the matrix orthogonal
   * @param rank the rank of this process
   */
  MuonUpdate(
      TrainableParameter parameter,
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
   * Shares gradient and direction with the group from now on.
   *
   * @param sums the buffer of the gradients of all matrices
   * @param shared the buffer of their directions
   * @param at the first of this one's in both
   */
  void share(AllReduce.Buffer sums, AllReduce.Buffer shared, int at) {
    share(sums, at);
    directions = Optional.of(shared);
  }

  @Override
  void take(int before) {
    if (mine) {
      super.take(before);
    }
  }

  @Override
  void prepare(Step s, dnnl_stream stream) {
    if (directions.isEmpty()) {
      direct(s, stream);
    }
  }

  /** Only the process that computes the direction has it to give. */
  @Override
  void giveDirection(Step s, dnnl_stream stream) {
    if (!mine) {
      return;
    }
    direct(s, stream);
    for (int at = 0; at < gradient.length; at += BLOCK) {
      int count = Math.min(BLOCK, gradient.length - at);
      orthogonalization.get(at, block, 0, count);
      directions.orElseThrow().put(place() + at, block, 0, count);
    }
  }

  /** Computes the direction. */
  private void direct(Step s, dnnl_stream stream) {
    float mu = Muon.MOMENTUM;
    float fresh = s.clip() * (1 - mu);
    for (int at = 0; at < m.length; at += BLOCK) {
      int count = Math.min(BLOCK, m.length - at);
      for (int i = 0; i < count; i++) {
        float momentum = m[at + i] * mu + gradient[at + i] * fresh;
        block[i] = momentum * mu + gradient[at + i] * fresh;
        m[at + i] = momentum;
      }
      orthogonalization.put(at, block, 0, count);
    }
    orthogonalization.run(matrix, stream);
  }

  @Override
  void move(Step s, int from, int to) {
    if (directions.isPresent()) {
      directions.get().get(place() + from, block, 0, to - from);
    } else {
      orthogonalization.get(from, block, 0, to - from);
    }
    float rate = s.rate() * matrix.scale();
    float keep = keep(s);
    for (int i = from; i < to; i++) {
      float weight = weights[i] * keep - rate * block[i - from];
      weights[i] = weight;
      ema[i] = ema[i] * s.emaDecay() + weight * (1 - s.emaDecay());
    }
  }
}
