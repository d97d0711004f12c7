package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.Wire;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What the processes of a {@link Group} exchange to make the same steps. The gradient of a {@link
 * MuonUpdate}'s matrix is summed for one process, which sends the direction to the others; other
 * gradients are summed for all. A process by itself exchanges nothing.
 */
final class Exchange implements AutoCloseable {
  private final Group group;
  private final List<ParameterUpdate> updates;
  private final List<MuonUpdate> matrices = new ArrayList<>();
  private final List<AllReduce.Buffer> gradients = new ArrayList<>();
  private Optional<AllReduce.Buffer> directions = Optional.empty();

  /**
   * Allocates the buffers.
   *
   * @param updates those of all parameters, in the same order in all processes
   * @param format the format in which directions travel
   */
  Exchange(Group group, Collection<ParameterUpdate> updates, Wire format) {
    this.group = group;
    this.updates = List.copyOf(updates);
    if (group.isAlone()) {
      return;
    }
    shareMatrices(format);
    shareOthers();
  }

  private void shareMatrices(Wire format) {
    int[] counts = new int[group.size()];
    for (int process = 0; process < counts.length; process++) {
      for (ParameterUpdate update : updates) {
        if (update instanceof MuonUpdate muon && muon.process() == process) {
          matrices.add(muon);
          counts[process] = Math.addExact(counts[process], muon.gradient.length);
        }
      }
    }
    if (matrices.isEmpty()) {
      return;
    }
    var sums = group.reduced(counts);
    var shared = group.gathered(counts, format);
    int at = 0;
    for (MuonUpdate muon : matrices) {
      muon.share(sums, shared, at);
      at = Math.addExact(at, muon.gradient.length);
    }
    gradients.add(sums);
    directions = Optional.of(shared);
  }

  private void shareOthers() {
    List<ParameterUpdate> others =
        updates.stream().filter(u -> !(u instanceof MuonUpdate)).toList();
    long count = others.stream().mapToLong(update -> update.gradient.length).sum();
    if (count == 0) {
      return;
    }
    var sums = group.buffer(Math.toIntExact(count));
    int at = 0;
    for (ParameterUpdate update : others) {
      update.share(sums, at);
      at += update.gradient.length;
    }
    gradients.add(sums);
  }

  /** Sums the gradients that were {@linkplain ParameterUpdate#give given}. */
  void sumGradients() {
    gradients.forEach(AllReduce.Buffer::sum);
  }

  /** Returns the norm of the gradient of all parameters. */
  double norm() {
    double[] squares = updates.stream().mapToDouble(ParameterUpdate::squares).toArray();
    if (hasDirections()) { // the first process knows the others, as every process does
      group.exchange(
          squares,
          updates.stream().mapToInt(u -> u instanceof MuonUpdate m ? m.process() : 0).toArray());
    }
    double sum = 0;
    for (double square : squares) {
      sum += square;
    }
    return Math.sqrt(sum);
  }

  /** Whether directions are exchanged. */
  boolean hasDirections() {
    return directions.isPresent();
  }

  /** Exchanges the directions that were {@linkplain MuonUpdate#giveDirection given}. */
  void exchangeDirections() {
    directions.ifPresent(AllReduce.Buffer::sum);
  }

  /** Brings the first moments to all processes. */
  void gatherMoments() {
    matrices.forEach(muon -> group.broadcast(muon.m, muon.process()));
  }

  @Override
  public void close() {
    gradients.forEach(AllReduce.Buffer::close);
    directions.ifPresent(AllReduce.Buffer::close);
  }
}
