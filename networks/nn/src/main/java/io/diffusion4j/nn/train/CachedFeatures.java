package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Numbers;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.reference.Interpreter;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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

  private final Network features;
  private final LossNetwork loss;
  private final List<Parameter> ofLoss;
  private final Interpreter interpreter;
  private final TrainingSession learner;

  /**
   * Trains an objective.
   *
   * @param engine makes the learner of Σ feature · gradient
   */
  CachedFeatures(FeatureObjective objective, Function<LossNetwork, TrainingSession> engine) {
    features = Network.of(objective::features);
    loss = LossNetwork.of((nn, inputs) -> objective.loss(nn, declared(inputs, FEATURE)));
    ofLoss = List.copyOf(loss.network().parameters().values());
    interpreter = new Interpreter(loss.network(), new HashSet<>(loss.network().inputs().keySet()));
    learner = engine.apply(LossNetwork.of((nn, inputs) -> products(objective, nn, inputs)));
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
  private Objective.Loss products(FeatureObjective objective, Nn nn, Inputs inputs) {
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
    var evaluation = evaluate(batches);
    var outputs = loss.network().outputs();
    evaluation.differentiate(Map.of(outputs.get(0), new double[] {1}));
    List<Batch> again = new ArrayList<>();
    int from = 0;
    for (Batch batch : batches) {
      var fed = read(batch);
      for (int i = 0; i < features.outputs().size(); i++) {
        int size = Math.toIntExact(features.outputs().get(i).sampleSize());
        double[] all = evaluation.byInput(FEATURE + i);
        float[] own = new float[batch.rows() * size];
        for (int k = 0; k < own.length; k++) {
          own[k] = (float) (batches.size() * all[from * size + k]); // the engine takes the mean
        }
        fed.floats(GRADIENT + i, own);
      }
      for (Parameter parameter : ofLoss) {
        float[] rows = new float[batch.rows() * parameter.size()]; // all of it in the first row
        double[] gradient = evaluation.byParameter(parameter.key());
        for (int k = 0; k < gradient.length; k++) {
          rows[k] = (float) gradient[k];
        }
        fed.floats(GRADIENT + parameter.key(), rows);
      }
      again.add(fed);
      from += batch.rows();
    }
    var report = learner.step(again, step);
    var value = value(evaluation);
    return new Trainer.Report(
        value.loss(), report.gradientNorm(), report.learningRate(), value.metrics());
  }

  @Override
  public LossNetwork.Value evaluate(Batch batch) {
    return value(evaluate(List.of(batch)));
  }

  private LossNetwork.Value value(Interpreter.Evaluation evaluation) {
    var outputs = loss.network().outputs();
    return loss.value(i -> Numbers.narrow(evaluation.value(outputs.get(i))));
  }

  /** Returns the loss of the features of several batches as one batch. */
  private Interpreter.Evaluation evaluate(List<Batch> batches) {
    var values = batches.stream().map(batch -> learner.evaluate(silent(batch)).features()).toList();
    var all = new Batch(batches.stream().mapToInt(Batch::rows).sum());
    for (int i = 0; i < features.outputs().size(); i++) {
      int feature = i;
      all.floats(FEATURE + i, joined(values.stream().map(one -> one.get(feature)).toList()));
    }
    Map<String, double[]> parameters = new HashMap<>();
    for (int i = 0; i < ofLoss.size(); i++) {
      float[] value = values.get(0).get(features.outputs().size() + i);
      parameters.put(ofLoss.get(i).key(), Numbers.wide(value));
    }
    return interpreter.evaluate(all.only(loss.network().inputs().keySet()), parameters);
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
    float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
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
    learner.close();
  }
}
