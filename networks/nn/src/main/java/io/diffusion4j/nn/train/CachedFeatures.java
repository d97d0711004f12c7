package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.weights.Parameter;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Steps with a joint loss of several batches, in the memory of one batch (Gao et al. 2021, "Scaling
 * deep contrastive learning batch size under memory limited setup"): the features of all batches
 * are computed without gradients, then the loss of all features and its gradient by each of them,
 * then the features of each batch again, with the gradient of the loss by the weights. Up to
 * rounding, the step equals that of one large batch; the cost is one more forward pass.
 *
 * <p>The engine trains Σ feature · gradient, where the gradients are inputs.
 */
final class CachedFeatures implements TrainingSession {
  private static final String FEATURE = "feature.";
  private static final String GRADIENT = "gradient.";

  private final FeatureObjective objective;
  private final Compute compute;
  private final Network features;
  private final List<Parameter> ofLoss;
  private final Map<Integer, FeatureLoss> losses = new HashMap<>();
  private final TrainingSession learner;

  /**
   * Trains an objective.
   *
   * @param engine makes the learner of Σ feature · gradient
   */
  CachedFeatures(
      FeatureObjective objective, Compute compute, Function<LossNetwork, TrainingSession> engine) {
    this.objective = objective;
    this.compute = compute;
    features = Network.of(objective::features);
    var loss = LossNetwork.of((nn, inputs) -> objective.loss(nn, declared(inputs, FEATURE)));
    ofLoss = List.copyOf(loss.network().parameters().values());
    learner = engine.apply(LossNetwork.of(this::products));
  }

  private List<Tensor> declared(Inputs inputs, String prefix) {
    return IntStream.range(0, features.outputs().size())
        .mapToObj(i -> inputs.floats(prefix + i, array(features.outputs().get(i).sample())))
        .toList();
  }

  private static long[] array(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /** Computes Σ feature · gradient, plus the corresponding sum over the parameters of the loss. */
  private Objective.Loss products(Nn nn, Inputs inputs) {
    List<Tensor> values = new ArrayList<>(objective.features(nn, inputs));
    List<Tensor> gradients = new ArrayList<>(declared(inputs, GRADIENT));
    for (Parameter parameter : ofLoss) {
      values.add(nn.parameter(parameter.key(), parameter.init(), parameter.shape()));
      gradients.add(inputs.floats(GRADIENT + parameter.key(), parameter.shape()));
    }
    var sum = nn.constant(0);
    for (int i = 0; i < values.size(); i++) {
      var product = nn.multiply(gradients.get(i), values.get(i));
      sum = nn.add(sum, nn.sum(product, IntStream.range(0, product.rank()).toArray()));
    }
    return new Objective.Loss(sum, Map.of(), Optional.empty(), values);
  }

  @Override
  public Trainer.Report step(List<Batch> batches, long step) {
    var loss = evaluate(batches);
    List<Batch> again = new ArrayList<>();
    int from = 0;
    for (Batch batch : batches) {
      var fed = read(batch);
      for (int i = 0; i < features.outputs().size(); i++) {
        int size = Math.toIntExact(features.outputs().get(i).sampleSize());
        float[] all = loss.gradients().get(i);
        float[] own = new float[batch.rows() * size];
        for (int k = 0; k < own.length; k++) {
          own[k] = batches.size() * all[from * size + k]; // the engine takes the mean
        }
        fed.floats(GRADIENT + i, own);
      }
      for (int i = 0; i < ofLoss.size(); i++) {
        float[] rows = new float[batch.rows() * ofLoss.get(i).size()]; // all of it in the first row
        float[] gradient = loss.gradients().get(features.outputs().size() + i);
        System.arraycopy(gradient, 0, rows, 0, gradient.length);
        fed.floats(GRADIENT + ofLoss.get(i).key(), rows);
      }
      again.add(fed);
      from += batch.rows();
    }
    var report = learner.step(again, step);
    return new Trainer.Report(
        loss.value().loss(), report.gradientNorm(), report.learningRate(), loss.value().metrics());
  }

  @Override
  public LossNetwork.Value evaluate(Batch batch) {
    return evaluate(List.of(batch)).value();
  }

  /** Returns the loss of the features of several batches as one batch. */
  private FeatureLoss.Result evaluate(List<Batch> batches) {
    var values = batches.stream().map(batch -> learner.evaluate(silent(batch)).features()).toList();
    List<float[]> all = new ArrayList<>();
    for (int i = 0; i < features.outputs().size(); i++) {
      int feature = i;
      all.add(joined(values.stream().map(one -> one.get(feature)).toList()));
    }
    all.addAll(values.get(0).subList(features.outputs().size(), values.get(0).size()));
    int rows = batches.stream().mapToInt(Batch::rows).sum();
    var samples = features.outputs().stream().map(Tensor::sample).toList();
    return losses
        .computeIfAbsent(rows, n -> new FeatureLoss(objective, samples, ofLoss, n, compute))
        .of(all);
  }

  /** Returns the inputs of a batch's features. */
  private Batch read(Batch batch) {
    return batch.only(features.inputs().keySet());
  }

  /** Returns a batch whose gradients are 0. */
  private Batch silent(Batch batch) {
    var fed = read(batch);
    for (int i = 0; i < features.outputs().size(); i++) {
      int size = Math.toIntExact(features.outputs().get(i).sampleSize());
      fed.floats(GRADIENT + i, new float[batch.rows() * size]);
    }
    ofLoss.forEach(p -> fed.floats(GRADIENT + p.key(), new float[batch.rows() * p.size()]));
    return fed;
  }

  private static float[] joined(List<float[]> parts) {
    var all = FloatBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
    parts.forEach(all::put);
    return all.array();
  }

  @Override
  public List<Parameter> parameters() {
    return learner.parameters();
  }

  /** The features of all rows are gathered batch by batch. */
  @Override
  public boolean needsAllRows() {
    return true;
  }

  /** Returns no losses, because the loss belongs to no single sample. */
  @Override
  public float[] timestepLosses() {
    return new float[0];
  }

  @Override
  public TensorSource read(Set<Role> roles) {
    return learner.read(roles);
  }

  @Override
  public void fill(TensorSource tensors) {
    learner.fill(tensors);
  }

  @Override
  public void close() {
    losses.values().forEach(FeatureLoss::close);
    learner.close();
  }
}
