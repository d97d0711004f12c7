package io.diffusion4j.tf;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.LossNetwork;
import io.diffusion4j.nn.train.Muon;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingSession;
import io.diffusion4j.nn.train.UpdateRule;
import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.RowRange;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * Trains any objective with TensorFlow: a step is one run of the graph. In a group, it is one run
 * for the gradients, whose sums over all processes are fed to a second run.
 */
final class TensorFlowLearner implements TrainingSession {
  /** A variable of the state, with the operations that read and fill it. */
  private record Cell(
      Parameter parameter,
      Operand<TFloat32> read,
      Placeholder<TFloat32> value,
      Assign<TFloat32> fill) {}

  /**
   * A parameter that an {@link UpdateRule} moves in Java, between two runs of the graph.
   *
   * @param gradient the clipped gradient
   * @param shrunk the weights after weight decay
   * @param averages of the weights that are fed
   */
  private record Ruled(
      Cell weights,
      Cell m,
      Cell v,
      Operand<TFloat32> gradient,
      Operand<TFloat32> shrunk,
      List<Op> averages) {
    List<Operand<TFloat32>> reads() {
      return List.of(shrunk, gradient, m.read, v.read);
    }
  }

  private final TrainingConfig config;
  private final Group group;
  private final RowRange share;
  private final Graph graph = new Graph();
  private final Session session;
  private final LossNetwork objective;
  private final NetworkGraph network;
  private final Operand<TFloat32> gradientNorm;
  private final List<Op> updates = new ArrayList<>();
  private final List<Ruled> ruled = new ArrayList<>();
  private final Map<String, Cell> state = new LinkedHashMap<>();
  private final Placeholder<TFloat32> rate;
  private final Placeholder<TFloat32> decay;
  private final Placeholder<TFloat32> beta1Power;
  private final Placeholder<TFloat32> beta2Power;
  private final Placeholder<TFloat32> epsilon;
  private final List<Placeholder<TFloat32>> emaDecays = new ArrayList<>();

  /** Stores the first batch's share of the gradient in the sum, if there are several batches. */
  private final List<Op> begins = new ArrayList<>();

  /** The gradients that are summed over processes, and the inputs for the sums. */
  private final List<Operand<TFloat32>> summands = new ArrayList<>();

  private final List<Placeholder<TFloat32>> means = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();
  private final Optional<AllReduce.Buffer> sums;

  /** Adds a later batch's share of the gradient to the sum. */
  private final List<Op> adds = new ArrayList<>();

  /**
   * {@code [B, 2]} of the last step; empty before the first step, or for a loss without timesteps.
   */
  private float[] timestepLosses = {};

  /** Builds the training graph. */
  TensorFlowLearner(LossNetwork objective, TrainingConfig config, Group group) {
    this.config = config;
    this.group = group;
    this.share = config.share(group.rank(), group.size());
    this.objective = objective;
    try {
      var tf = Ops.create(graph);
      var weights = new TrainableWeights();
      network =
          NetworkGraph.build(
              graph, objective.network(), weights, config.compute().precision(), Purpose.TRAINING);
      rate = scalar(tf);
      decay = scalar(tf);
      beta1Power = scalar(tf);
      beta2Power = scalar(tf);
      epsilon = scalar(tf);
      config.emaDecays().forEach(d -> emaDecays.add(scalar(tf)));

      var all = objective.network().parameters().keySet().stream().map(weights::slot).toList();
      all.forEach(slot -> cell(tf, Role.WEIGHTS, slot.parameter(), slot.variable()));
      var slots = all.stream().filter(slot -> !config.isFrozen(slot.parameter())).toList();
      Output<?>[] reads = slots.stream().map(s -> s.read().asOutput()).toArray(Output[]::new);
      List<Operand<TFloat32>> gradients = new ArrayList<>();
      for (Output<?> g : graph.addGradients(network.outputs().get(0).asOutput(), reads)) {
        var slot = slots.get(gradients.size());
        gradients.add(
            !group.isAlone()
                ? fed(tf, slot, float32(g))
                : config.accumulate() == 1 ? float32(g) : sum(tf, slot, float32(g)));
      }
      List<Operand<TFloat32>> halfSquares = new ArrayList<>();
      gradients.forEach(gradient -> halfSquares.add(tf.nn.l2Loss(gradient)));
      gradientNorm = tf.math.sqrt(tf.math.mul(tf.constant(2f), tf.math.addN(halfSquares)));
      var clip =
          tf.math.minimum(
              tf.constant(1f),
              tf.math.div(
                  tf.constant((float) config.clipNorm()),
                  tf.math.add(gradientNorm, tf.constant(1e-6f))));
      for (int i = 0; i < slots.size(); i++) {
        update(tf, slots.get(i), tf.math.mul(gradients.get(i), clip), clip);
      }
      int count = sizes.stream().mapToInt(Integer::intValue).sum();
      sums = group.isAlone() ? Optional.empty() : Optional.of(group.buffer(count));
      session = Sessions.open(graph, config.compute().threads()); // last: the graph waits for it
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  private static Placeholder<TFloat32> scalar(Ops tf) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(org.tensorflow.ndarray.Shape.scalar()));
  }

  @SuppressWarnings("unchecked") // the gradient of a float32 read is float32
  private static Operand<TFloat32> float32(Output<?> gradient) {
    return (Operand<TFloat32>) gradient;
  }

  /** Returns the placeholder that replaces a gradient. */
  private Operand<TFloat32> fed(Ops tf, TrainableWeights.Slot slot, Operand<TFloat32> gradient) {
    double weight = (double) share.count() / config.batchSize();
    summands.add(tf.math.mul(gradient, tf.constant((float) weight)));
    var mean = tf.placeholder(TFloat32.class, Placeholder.shape(slot.shape()));
    means.add(mean);
    sizes.add(slot.parameter().size());
    return mean;
  }

  /** Returns the sum of the gradient's shares of a step's batches. */
  private Operand<TFloat32> sum(Ops tf, TrainableWeights.Slot slot, Operand<TFloat32> gradient) {
    var sum = tf.variable(slot.shape(), TFloat32.class);
    var share = tf.math.mul(gradient, tf.constant(1f / config.accumulate()));
    begins.add(tf.assign(sum, share));
    adds.add(tf.assignAdd(sum, share));
    return tf.identity(sum);
  }

  /**
   * Builds a step of the optimizer and the moving averages. Every update depends on the clipping
   * factor, which depends on all gradients, so no weight changes while it is still read.
   */
  private void update(
      Ops tf, TrainableWeights.Slot slot, Operand<TFloat32> gradient, Operand<TFloat32> barrier) {
    var parameter = slot.parameter();
    var m = tf.variable(slot.shape(), TFloat32.class);
    var v = tf.variable(slot.shape(), TFloat32.class);
    cell(tf, Role.ADAM_M, parameter, m);
    cell(tf, Role.ADAM_V, parameter, v);

    if (config.optimizer().rule().isPresent()) {
      ruled.add(ruled(tf, slot, gradient));
      return;
    }
    Ops then = tf.withControlDependencies(barrier);
    if (config.optimizer().decays(parameter) && config.optimizer().weightDecay() > 0) {
      var shrink = tf.math.mul(slot.read(), decay);
      then = tf.withControlDependencies(then.assignSub(slot.variable(), shrink));
    }
    var moved =
        config.optimizer().orthogonalizes(parameter)
            ? muon(then, slot, m, gradient)
            : adam(then, slot, m, v, gradient);
    updates.addAll(averages(tf, slot, moved));
  }

  /** Builds the moving averages of weights that have moved. */
  private List<Op> averages(Ops tf, TrainableWeights.Slot slot, Operand<TFloat32> moved) {
    List<Op> averages = new ArrayList<>();
    var after = tf.withControlDependencies(moved);
    for (int i = 0; i < emaDecays.size(); i++) {
      var ema = tf.variable(slot.shape(), TFloat32.class);
      cell(tf, Role.AVERAGES.get(i), slot.parameter(), ema);
      var emaDecay = emaDecays.get(i);
      var average =
          after.math.add(
              after.math.mul(ema, emaDecay),
              after.math.mul(moved, after.math.sub(tf.constant(1f), emaDecay)));
      averages.add(tf.assign(ema, average));
    }
    return averages;
  }

  private Ruled ruled(Ops tf, TrainableWeights.Slot slot, Operand<TFloat32> gradient) {
    var parameter = slot.parameter();
    var weights = cellOf(Role.WEIGHTS, parameter);
    var kept = tf.math.sub(tf.constant(1f), decay);
    return new Ruled(
        weights,
        cellOf(Role.ADAM_M, parameter),
        cellOf(Role.ADAM_V, parameter),
        gradient,
        config.optimizer().decays(parameter) ? tf.math.mul(slot.read(), kept) : slot.read(),
        averages(tf, slot, weights.value));
  }

  /**
   * Moves weights by a rule in Java, and their averages.
   *
   * @param first the index of the first {@link Ruled#reads} in the result
   */
  private void move(Result result, int first, long step) {
    if (ruled.isEmpty()) {
      return;
    }
    UpdateRule rule = config.optimizer().rule().orElseThrow().update();
    List<TType> owned = new ArrayList<>();
    try {
      var runner = session.runner();
      feed(runner, owned, step);
      int at = first;
      for (Ruled one : ruled) {
        float[] weights = Tensors.floats(result.get(at++));
        float[] gradient = Tensors.floats(result.get(at++));
        float[] m = Tensors.floats(result.get(at++));
        float[] v = Tensors.floats(result.get(at++));
        rule.update(
            new UpdateRule.Weights(weights, gradient, m, v, 0, weights.length),
            config.rate(step),
            step);
        Map.of(one.weights, weights, one.m, m, one.v, v)
            .forEach(
                (cell, values) -> {
                  var tensor = Tensors.of(values, cell.value.shape().asArray());
                  owned.add(tensor);
                  runner.feed(cell.value, tensor).addTarget(cell.fill);
                });
        one.averages.forEach(runner::addTarget);
      }
      runner.run().close();
    } finally {
      owned.forEach(TType::close);
    }
  }

  private Operand<TFloat32> adam(
      Ops tf,
      TrainableWeights.Slot slot,
      Variable<TFloat32> m,
      Variable<TFloat32> v,
      Operand<TFloat32> gradient) {
    return tf.train.applyAdam(
        slot.variable(),
        m,
        v,
        beta1Power,
        beta2Power,
        rate,
        tf.constant((float) config.optimizer().beta1()),
        tf.constant((float) config.optimizer().beta2()),
        epsilon,
        gradient);
  }

  private Operand<TFloat32> muon(
      Ops tf, TrainableWeights.Slot slot, Variable<TFloat32> m, Operand<TFloat32> gradient) {
    var matrix = Muon.Matrix.of(slot.parameter());
    var mu = tf.constant(Muon.MOMENTUM);
    var fresh = tf.math.mul(gradient, tf.constant(1 - Muon.MOMENTUM));
    var momentum = tf.assign(m, tf.math.add(tf.math.mul(m, mu), fresh));
    var direction = tf.math.add(tf.math.mul(momentum, mu), fresh);
    var flat = tf.reshape(direction, tf.constant(new int[] {matrix.rows(), matrix.columns()}));
    var orthogonal = tf.reshape(orthogonal(tf, matrix, flat), tf.constant(slot.shape().asArray()));
    var step = tf.math.mul(orthogonal, tf.math.mul(rate, tf.constant(matrix.scale())));
    return tf.assignSub(slot.variable(), step);
  }

  /** The polynomials of {@link Muon}, in the smaller product of the matrix with its transpose. */
  private static Operand<TFloat32> orthogonal(
      Ops tf, Muon.Matrix matrix, Operand<TFloat32> values) {
    var norm = tf.math.sqrt(tf.math.mul(tf.constant(2f), tf.nn.l2Loss(values)));
    var x = tf.math.div(values, tf.math.maximum(norm, tf.constant(Muon.TINY)));
    boolean tall = matrix.rows() >= matrix.columns();
    Operand<TFloat32> gram =
        tall
            ? tf.linalg.matMul(x, x, MatMul.transposeA(true))
            : tf.linalg.matMul(x, x, MatMul.transposeB(true));
    var factor = factor(tf, matrix.rank(), gram);
    var product = factor;
    for (int i = 1; i < Muon.ITERATIONS; i++) {
      gram = tf.linalg.matMul(tf.linalg.matMul(gram, factor), factor);
      factor = factor(tf, matrix.rank(), gram);
      product = tf.linalg.matMul(product, factor);
    }
    return tall ? tf.linalg.matMul(x, product) : tf.linalg.matMul(product, x);
  }

  /** Computes A·I + B·G + C·G², the factor of an iteration. */
  private static Operand<TFloat32> factor(Ops tf, int rank, Operand<TFloat32> gram) {
    var linear = tf.linalg.tensorDiag(tf.fill(tf.constant(new int[] {rank}), tf.constant(Muon.A)));
    var cubic = tf.math.mul(gram, tf.constant(Muon.B));
    var quintic = tf.math.mul(tf.linalg.matMul(gram, gram), tf.constant(Muon.C));
    return tf.math.add(linear, tf.math.add(cubic, quintic));
  }

  private void cell(Ops tf, Role role, Parameter parameter, Variable<TFloat32> variable) {
    var value = tf.placeholder(TFloat32.class, Placeholder.shape(variable.shape()));
    state.put(
        role.key(parameter.key()),
        new Cell(parameter, tf.identity(variable), value, tf.assign(variable, value)));
  }

  @Override
  public List<Parameter> parameters() {
    return List.copyOf(objective.network().parameters().values());
  }

  private Cell cellOf(Role role, Parameter parameter) {
    return java.util.Objects.requireNonNull(state.get(role.key(parameter.key())));
  }

  /**
   * Fills variables in one run: TensorFlow optimises the graph for every new set of operations,
   * which would take minutes for one variable at a time.
   */
  private void fill(Map<Cell, float[]> checkpointOrder) {
    List<TType> owned = new ArrayList<>();
    try {
      var runner = session.runner();
      checkpointOrder.forEach(
          (cell, values) -> {
            var parameter = cell.parameter;
            long[] shape = parameter.layout().graphShape(parameter.shape());
            var tensor = Tensors.of(parameter.layout().toGraph(values, parameter.shape()), shape);
            owned.add(tensor);
            runner.feed(cell.value, tensor).addTarget(cell.fill);
          });
      runner.run().close();
    } finally {
      owned.forEach(TType::close);
    }
  }

  @Override
  public Trainer.Report step(List<Batch> batches, long step) {
    List<LossNetwork.Value> values = new ArrayList<>();
    double norm;
    if (sums.isPresent()) {
      norm = together(sums.get(), batches, step, values);
    } else if (batches.size() == 1) {
      norm = run(Optional.of(batches.get(0)), updates, step, values);
    } else {
      for (Batch batch : batches) {
        run(Optional.of(batch), values.isEmpty() ? begins : adds, step, values);
      }
      norm = run(Optional.empty(), updates, step, values);
    }
    var loss = LossNetwork.mean(values);
    timestepLosses = loss.perTimestep();
    return new Trainer.Report(loss.loss(), norm, config.rate(step), loss.metrics());
  }

  /** Makes a step with the other processes; returns the norm of the gradient. */
  private double together(
      AllReduce.Buffer all, List<Batch> batches, long step, List<LossNetwork.Value> values) {
    List<float[]> mean = sizes.stream().map(float[]::new).toList();
    for (Batch batch : batches) {
      List<TType> owned = new ArrayList<>();
      try {
        var runner = session.runner();
        network.feed(runner, own(batch), owned);
        network.outputs().forEach(runner::fetch);
        summands.forEach(runner::fetch);
        try (var result = runner.run()) {
          int outputs = network.outputs().size();
          values.add(overProcesses(objective.value(i -> Tensors.floats(result.get(i)))));
          int at = 0;
          for (int i = 0; i < mean.size(); i++) {
            all.put(at, Tensors.floats(result.get(outputs + i)), 0, sizes.get(i));
            at += sizes.get(i);
          }
        }
      } finally {
        owned.forEach(TType::close);
      }
      all.sum();
      int at = 0;
      for (float[] total : mean) {
        float[] sum = new float[total.length];
        all.get(at, sum, 0, sum.length);
        for (int i = 0; i < sum.length; i++) {
          total[i] += sum[i] / batches.size();
        }
        at += sum.length;
      }
    }
    List<TType> owned = new ArrayList<>();
    try {
      var runner = session.runner();
      feed(runner, owned, step);
      for (int i = 0; i < mean.size(); i++) {
        var tensor = Tensors.of(mean.get(i), means.get(i).shape().asArray());
        owned.add(tensor);
        runner.feed(means.get(i), tensor);
      }
      updates.forEach(runner::addTarget);
      runner.fetch(gradientNorm);
      ruled.forEach(one -> one.reads().forEach(runner::fetch));
      try (var result = runner.run()) {
        move(result, 1, step);
        return Tensors.floats(result.get(0))[0];
      }
    } finally {
      owned.forEach(TType::close);
    }
  }

  private LossNetwork.Value overProcesses(LossNetwork.Value own) {
    return LossNetwork.overProcesses(group, config, own);
  }

  /** Returns the rows of this process. */
  private Batch own(Batch batch) {
    return batch.rows() == share.count() ? batch : batch.rows(share.from(), share.to());
  }

  @Override
  public LossNetwork.Value evaluate(Batch batch) {
    List<LossNetwork.Value> values = new ArrayList<>();
    run(Optional.of(own(batch)), List.of(), 0, values);
    return overProcesses(values.get(0));
  }

  /**
   * Runs operations of a step.
   *
   * @param batch the data that they need
   * @param values receives the loss of the batch
   * @return the norm of the gradient accumulated so far
   */
  private double run(
      Optional<Batch> batch, List<Op> targets, long step, List<LossNetwork.Value> values) {
    List<TType> owned = new ArrayList<>();
    try {
      var runner = session.runner();
      if (targets == updates) {
        feed(runner, owned, step);
        runner.fetch(gradientNorm);
      }
      if (batch.isPresent()) {
        network.feed(runner, batch.get(), owned);
        network.outputs().forEach(runner::fetch);
      }
      targets.forEach(runner::addTarget);
      if (targets == updates) {
        ruled.forEach(one -> one.reads().forEach(runner::fetch));
      }
      try (var result = runner.run()) {
        int first = targets == updates ? 1 : 0;
        if (batch.isPresent()) {
          values.add(objective.value(i -> Tensors.floats(result.get(first + i))));
        }
        if (targets == updates) {
          move(result, first + (batch.isPresent() ? network.outputs().size() : 0), step);
        }
        return first == 0 ? 0 : Tensors.floats(result.get(0))[0];
      }
    } finally {
      owned.forEach(TType::close);
    }
  }

  /** Feeds the values of the step that the updates need. */
  private void feed(Session.Runner runner, List<TType> owned, long step) {
    double learningRate = config.rate(step);
    double correction2 = 1 - Math.pow(config.optimizer().beta2(), step + 1.0);
    feed(runner, owned, rate, learningRate);
    feed(runner, owned, decay, learningRate * config.optimizer().weightDecay());
    feed(runner, owned, beta1Power, Math.pow(config.optimizer().beta1(), step + 1.0));
    feed(runner, owned, beta2Power, 1 - correction2);
    // TensorFlow adds ε to the uncorrected root √v, the paper to the corrected √v̂.
    feed(runner, owned, epsilon, config.optimizer().epsilon() * Math.sqrt(correction2));
    for (int i = 0; i < emaDecays.size(); i++) {
      feed(runner, owned, emaDecays.get(i), config.ema(i, step));
    }
  }

  @Override
  public float[] timestepLosses() {
    return timestepLosses;
  }

  private static void feed(
      Session.Runner runner, List<TType> owned, Operand<TFloat32> scalar, double value) {
    var tensor = TFloat32.scalarOf((float) value);
    owned.add(tensor);
    runner.feed(scalar, tensor);
  }

  /** Reads variables in one run, for the same reason as in {@link #fill(Map)}. */
  @Override
  public TensorSource read(Set<Role> roles) {
    Map<String, Cell> cells = new LinkedHashMap<>();
    for (Role role : roles) {
      parameters().stream()
          .filter(p -> config.roles(p).contains(role))
          .forEach(p -> cells.put(role.key(p.key()), cellOf(role, p)));
    }
    var runner = session.runner();
    cells.values().forEach(cell -> runner.fetch(cell.read));
    var tensors = new TensorMap();
    try (var result = runner.run()) {
      int i = 0;
      for (var entry : cells.entrySet()) {
        var parameter = entry.getValue().parameter;
        float[] values = Tensors.floats(result.get(i++));
        tensors.put(
            entry.getKey(),
            parameter.shape(),
            parameter.layout().toCheckpoint(values, parameter.shape()));
      }
    }
    return tensors;
  }

  @Override
  public void fill(TensorSource tensors) {
    Map<Cell, float[]> values = new LinkedHashMap<>();
    for (String name : tensors.names()) {
      values.put(java.util.Objects.requireNonNull(state.get(name), name), tensors.read(name));
    }
    fill(values);
  }

  @Override
  public void close() {
    sums.ifPresent(AllReduce.Buffer::close);
    session.close();
    graph.close();
  }
}
