package io.diffusion4j.onednn.train;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.train.LossNetwork;
import io.diffusion4j.nn.train.Muon;
import io.diffusion4j.nn.train.SplitObjective;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingSession;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.RowRange;
import io.diffusion4j.nn.weights.Parameter;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.WorkerPool;
import io.diffusion4j.onednn.tape.SharedTapes;
import io.diffusion4j.onednn.tape.TapeKernels;
import io.diffusion4j.onednn.tape.TrainableParameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * Trains a network. Each thread of the {@link WorkerPool} runs the forward and backward pass of a
 * share of the batch on its own tape, and then updates a share of the parameters. Between the
 * passes, it computes the loss of its rows and its gradient, if the loss of the batch is their
 * mean. Otherwise one thread computes the loss of the whole batch.
 *
 * <p>In a {@link Group}, each process trains on its share of the rows, and the gradients are summed
 * over all processes. A loss that is not the mean of its rows' losses is computed by each process,
 * from the gathered outputs of all networks.
 *
 * <p>Gradients are summed in a fixed order, so a run is reproducible bit for bit with the same
 * total number of threads in all processes; with {@link TrainingConfig.Shares#FIXED} shares, with
 * any number of threads and processes.
 */
public final class OneDnnLearner implements TrainingSession {
  private final List<LossNetwork> forms;
  private final LossNetwork objective;
  private final TrainingConfig config;
  private final Group group;
  private final RowRange share;
  private final WorkerPool team;
  private final Scope scope = new Scope();
  private final Map<String, ParameterUpdate> updates = new LinkedHashMap<>();

  /** The parameters that each member updates. */
  private final List<List<ParameterUpdate>> duties = new ArrayList<>();

  /** The tapes of the forms that were used; they share the parameters and their gradients. */
  private final Map<Integer, SharedTapes> tapes = new HashMap<>();

  private final boolean isWhole;
  private final Optional<JointLoss> joint;
  private final Exchange exchange;
  private float[] timestepLosses = {};

  /**
   * Compiles an objective for batches of the configuration's size.
   *
   * @param forms the objective for each form of a batch
   * @throws io.diffusion4j.nn.UnsupportedLayerException if its network has a layer that cannot be
   *     differentiated here
   */
  public OneDnnLearner(List<LossNetwork> forms, TrainingConfig config, Group group) {
    this.forms = List.copyOf(forms);
    this.objective = forms.get(0);
    this.config = config;
    this.group = group;
    this.share = config.share(group.rank(), group.size());
    this.team = WorkerPool.of(config.compute().threads());
    var split =
        Optional.of(objective)
            .filter(loss -> !loss.isMeanOfRows())
            .map(SplitObjective::of)
            .filter(SplitObjective::hasRows);
    isWhole = split.isEmpty() && !objective.isMeanOfRows();
    if (isWhole && !group.isAlone()) {
      throw new UnsupportedLayerException("one of all rows in " + objective.network().name());
    }
    if (forms.size() > 1 && !objective.isMeanOfRows()) {
      throw new UnsupportedLayerException("one of all rows in batches of several forms");
    }
    try {
      tapes.put(0, team.call(() -> compileFirst(split.map(SplitObjective::trunk))));
      joint =
          split.map(
              parts ->
                  team.call(
                      () -> new JointLoss(parts, team, scope, config, group, this::parameter)));
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
    exchange = new Exchange(group, updates.values(), Orthogonalization.wire(type()));
  }

  /** Returns the format of activations, and of the products of matrices. */
  private DataType type() {
    return DataType.of(config.compute().precision());
  }

  /**
   * Returns the number of tapes: one per thread, or one per fixed share of this process, or one if
   * no part of the objective is of single rows.
   */
  private int parts() {
    if (isWhole) {
      return 1;
    }
    return switch (config.shares()) {
      case BY_THREAD -> Math.min(team.size(), share.count());
      case FIXED -> share.count() / (config.batchSize() / config.fixedShares());
    };
  }

  /**
   * Compiles what depends on single rows.
   *
   * @param trunk the network below a joint loss
   */
  private SharedTapes compileFirst(Optional<Network> trunk) {
    int members = Math.min(team.size(), parts());
    assign(new TapeKernels(scope), objective.network().parameters().values(), members);
    return compile(objective.network(), trunk);
  }

  /** Returns the tapes of a batch's form, which are compiled when it comes first. */
  private SharedTapes tapes(Batch batch) {
    var known = tapes.get(batch.form());
    if (known != null) {
      return known;
    }
    updates.values().forEach(update -> update.parameter().shareGradients());
    var network = forms.get(batch.form()).network();
    var made = team.call(() -> compile(network, Optional.empty()));
    tapes.put(batch.form(), made);
    each((update, stream) -> update.publish(stream));
    return made;
  }

  private SharedTapes compile(Network network, Optional<Network> trunk) {
    return SharedTapes.compile(
        team,
        scope,
        trunk.orElse(network),
        share.count(),
        parts(),
        type(),
        config.activations(),
        this::parameter,
        Set.of(),
        trunk.map(below -> below.outputs().size()).orElse(1));
  }

  private TrainableParameter parameter(String key) {
    return Objects.requireNonNull(updates.get(key), key).parameter();
  }

  /** Assigns each parameter to the member with the least work so far. */
  private void assign(TapeKernels kernels, Collection<Parameter> parameters, int members) {
    var optimizer = config.optimizer();
    Set<Muon.Matrix> matrices =
        parameters.stream()
            .filter(p -> !config.isFrozen(p) && optimizer.orthogonalizes(p))
            .map(Muon.Matrix::of)
            .collect(Collectors.toSet());
    List<Orthogonalization> rooms = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      duties.add(new ArrayList<>());
      rooms.add(Orthogonalization.of(kernels, type(), matrices));
    }
    double[] load = new double[members];
    double[] loadOfProcesses = new double[group.size()];
    for (Parameter parameter : parameters) {
      int least = least(load);
      boolean frozen = config.isFrozen(parameter);
      boolean isMatrix = !frozen && optimizer.orthogonalizes(parameter);
      int process = least(loadOfProcesses);
      if (isMatrix) {
        loadOfProcesses[process] += rooms.get(0).cost(Muon.Matrix.of(parameter));
      }
      var trained = new TrainableParameter(kernels, parameter, frozen);
      var update =
          frozen
              ? new ParameterUpdate.Fixed(trained, config)
              : isMatrix
                  ? new MuonUpdate(trained, config, rooms.get(least), process, group.rank())
                  : optimizer.rule().isPresent()
                      ? new RuleUpdate(trained, config, optimizer.rule().get())
                      : new AdamW(trained, config);
      updates.put(parameter.key(), update);
      duties.get(least).add(update);
      load[least] += update.cost();
    }
  }

  private static int least(double[] load) {
    int least = 0;
    for (int i = 1; i < load.length; i++) {
      least = load[i] < load[least] ? i : least;
    }
    return least;
  }

  @Override
  public List<Parameter> parameters() {
    return updates.values().stream().map(u -> u.parameter().parameter()).toList();
  }

  @Override
  public Trainer.Report step(List<Batch> batches, long step) {
    List<LossNetwork.Value> values = new ArrayList<>();
    for (Batch batch : batches) {
      int before = values.size();
      values.add(differentiate(batch));
      if (!group.isAlone()) {
        each((update, stream) -> update.give());
        exchange.sumGradients();
      }
      each((update, stream) -> update.take(before));
    }
    double norm = exchange.norm();
    var facts = facts(step, norm);
    if (exchange.hasDirections()) {
      each((update, stream) -> update.giveDirection(facts, stream));
      exchange.exchangeDirections();
    }
    each((update, stream) -> update.step(facts, stream));
    var value = LossNetwork.mean(values);
    timestepLosses = value.perTimestep();
    return new Trainer.Report(value.loss(), norm, config.rate(step), value.metrics());
  }

  /** Returns whether the loss is joint and reads inputs of the batch. */
  @Override
  public boolean needsAllRows() {
    return joint.map(JointLoss::readsBatch).orElse(false);
  }

  /** Runs an action of each member on its parameters. */
  private void each(BiConsumer<ParameterUpdate, dnnl_stream> work) {
    team.run(
        (member, stream) -> {
          if (member < duties.size()) {
            duties.get(member).forEach(update -> work.accept(update, stream));
          }
        });
  }

  @Override
  public LossNetwork.Value evaluate(Batch batch) {
    Check.that(
        batch.rows() == config.batchSize() || batch.rows() == share.count(),
        "batch",
        batch.rows() + " rows",
        "%s",
        config.batchSize());
    var own = batch.rows() == share.count() ? batch : batch.rows(share.from(), share.to());
    var on = tapes(batch);
    on.forward(own);
    return joint
        .map(loss -> loss.forward(objective, batch, on))
        .orElseGet(() -> LossNetwork.overProcesses(group, config, mean(on)));
  }

  /** Computes the gradient of a batch's loss and stores it with the parameters. */
  private LossNetwork.Value differentiate(Batch batch) {
    var value = evaluate(batch);
    var on = tapes(batch);
    on.backward(joint.map(JointLoss::backward).orElseGet(() -> List.of(weights(on))));
    return value;
  }

  /** Returns the loss of this process's rows. */
  private LossNetwork.Value mean(SharedTapes on) {
    return LossNetwork.mean(
        IntStream.range(0, on.shares().size())
            .mapToObj(part -> objective.value(output -> on.output(part, output)))
            .toList());
  }

  /** Returns the weight of each share in the loss of the batch. */
  private float[] weights(SharedTapes on) {
    var shares = on.shares();
    float[] weights = new float[shares.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) shares.get(i).count() / config.batchSize();
    }
    return weights;
  }

  private ParameterUpdate.Step facts(long step, double norm) {
    var optimizer = config.optimizer();
    double correction1 = 1 - Math.pow(optimizer.beta1(), step + 1.0);
    double correction2 = Math.sqrt(1 - Math.pow(optimizer.beta2(), step + 1.0));
    double rate = config.rate(step);
    return new ParameterUpdate.Step(
        step,
        (float) Math.min(1, config.clipNorm() / (norm + 1e-6)),
        (float) rate,
        (float) (correction2 / correction1),
        (float) (optimizer.epsilon() * correction2),
        (float) (1 - rate * optimizer.weightDecay()),
        (float) optimizer.beta1(),
        (float) optimizer.beta2(),
        (float) config.ema(0, step),
        IntStream.range(1, config.emaDecays().size())
            .mapToObj(average -> (float) config.ema(average, step))
            .toList());
  }

  @Override
  public float[] timestepLosses() {
    return timestepLosses;
  }

  @Override
  public TensorSource read(Set<Role> roles) {
    var tensors = new TensorMap();
    for (Role role : roles) {
      for (ParameterUpdate update : updates.values()) {
        var parameter = update.parameter().parameter();
        if (!config.roles(parameter).contains(role)) {
          continue;
        }
        tensors.put(role.key(parameter.key()), parameter.shape(), read(update, role));
      }
    }
    return tensors;
  }

  /** Returns a copy in the checkpoint's order of axes; zeros for state that is never used. */
  private static float[] read(ParameterUpdate update, Role role) {
    var parameter = update.parameter().parameter();
    float[] values = values(update, role);
    if (values.length == 0) {
      return new float[parameter.size()];
    }
    float[] arranged = parameter.layout().toCheckpoint(values, parameter.shape());
    return arranged == values ? values.clone() : arranged;
  }

  @Override
  public void gather() {
    exchange.gatherMoments();
  }

  @Override
  public void fill(TensorSource tensors) {
    for (Role role : Role.values()) {
      for (ParameterUpdate update : updates.values()) {
        var parameter = update.parameter().parameter();
        String key = role.key(parameter.key());
        if (config.roles(parameter).contains(role) && tensors.names().contains(key)) {
          float[] values = values(update, role);
          float[] given = parameter.layout().toGraph(tensors.read(key), parameter.shape());
          System.arraycopy(given, 0, values, 0, values.length);
        }
      }
    }
    each((update, stream) -> update.publish(stream));
  }

  private static float[] values(ParameterUpdate update, Role role) {
    return switch (role) {
      case WEIGHTS -> update.weights;
      case ADAM_M -> update.m;
      case ADAM_V -> update.v;
      case EMA -> update.ema;
      case EMA_2 -> update.moreAverages.get(0);
      case EMA_3 -> update.moreAverages.get(1);
    };
  }

  @Override
  public void close() {
    exchange.close();
    scope.close();
  }
}
