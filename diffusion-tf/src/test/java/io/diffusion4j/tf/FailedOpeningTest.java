package io.diffusion4j.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.LossNetwork;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.Wire;
import io.diffusion4j.nn.weights.Init;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks and training runs that cannot be opened raise why, and leave no native memory. */
class FailedOpeningTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** A table of 64 MB is not frozen into the graph. */
  private static final int ROWS = 1 << 24;

  private static final Network NETWORK = Network.of(FailedOpeningTest::define);

  private static List<Tensor> define(Nn nn, Inputs inputs) {
    var rows = nn.embedding(inputs.ints("id"), ROWS, 1, Init.ZEROS);
    var x = nn.add(rows, nn.input(inputs.floats("x", 1)));
    return List.of(nn.output(nn.at("out").linear(x, 1)));
  }

  /** Weights, one of which cannot be read. */
  private static TensorSource without(String unreadable) {
    var tensors = new TensorMap();
    NETWORK
        .parameters()
        .forEach(
            (key, parameter) ->
                tensors.put(
                    key,
                    parameter.shape(),
                    () -> {
                      if (key.equals(unreadable)) {
                        throw new IllegalStateException("cannot read " + key);
                      }
                      return new float[parameter.size()];
                    }));
    return tensors;
  }

  private static void assertRaises(ThrowingCallable opening, String message) {
    var engine = new TensorFlowEngine();
    long before = 0;
    for (int attempt = 0; attempt < 2; attempt++) { // the first one may load TensorFlow
      before = engine.liveTensors();
      assertTimeoutPreemptively(LONG, () -> assertThatThrownBy(opening).hasMessage(message));
    }
    assertThat(engine.liveTensors()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"weight", "out.weight", "out.bias"})
  void aWeightThatCannotBeReadEndsTheOpening(String key) {
    var engine = new TensorFlowEngine();
    var compute = Compute.of(Precision.FLOAT32);
    String message = "cannot read " + key;
    assertRaises(() -> engine.compile(NETWORK, without(key), compute), message);
    assertRaises(() -> engine.compile(NETWORK, List.of(NETWORK), without(key), compute), message);
    assertRaises(() -> engine.compileWithGradient(NETWORK, "x", without(key), compute), message);
  }

  @Test
  void aGroupThatCannotBeJoinedEndsTheOpening() {
    var group =
        Group.of(
            new AllReduce() {
              @Override
              public int rank() {
                return 0;
              }

              @Override
              public int size() {
                return 2;
              }

              @Override
              public Buffer buffer(int count, Wire wire) {
                throw new IllegalStateException("no memory for " + count + " numbers");
              }

              @Override
              public void close() {}
            });
    var loss =
        LossNetwork.of(
            (nn, inputs) -> {
              var y = nn.output(nn.linear(nn.input(inputs.floats("x", 3)), 1));
              var rows = nn.mean(nn.map(Function.SQUARE, y), 1);
              return new Objective.Loss(nn.mean(rows, 0), Map.of(), Optional.of(rows));
            });
    var config = TrainingConfig.of(1, 2, 1e-3, 0);
    assertRaises(
        () -> new TensorFlowTrainingEngine().learner(loss, config, group),
        "no memory for 4 numbers");
  }
}
