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
  private static final String GRADIENT = "gradient.";

  private final FeatureObjective objective;
  private final Compute compute;
  private final Network features;
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
    learner = engine.apply(LossNetwork.of(this::products));
  }

  /** Computes Σ feature · gradient. */
  private Objective.Loss products(Nn nn, Inputs inputs) {
    var values = objective.features(nn, inputs);
    var sum = nn.constant(0);
    for (int i = 0; i < values.size(); i++) {
      long[] sample = values.get(i).sample().stream().mapToLong(Long::longValue).toArray();
      var product = nn.multiply(inputs.floats(GRADIENT + i, sample), values.get(i));
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
    int rows = batches.stream().mapToInt(Batch::rows).sum();
    var samples = features.outputs().stream().map(Tensor::sample).toList();
    return losses
        .computeIfAbsent(rows, n -> new FeatureLoss(objective, samples, n, compute))
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
