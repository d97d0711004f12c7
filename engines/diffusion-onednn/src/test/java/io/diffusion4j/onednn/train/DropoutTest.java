package io.diffusion4j.onednn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Dropout;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Values that are dropped while a network is trained, and only then. */
class DropoutTest {
  private static final int ROWS = 4;
  private static final int WIDTH = 32;

  /** A measurement and a step may run as two programs, which round differently. */
  private static final Offset<Double> ROUNDING = within(1e-6);

  /** A network with a dropout of this rate before its last layer. */
  private record Dropping(double rate) {
    List<Tensor> network(Nn nn, Inputs inputs) {
      var h = nn.silu(nn.at("in").linear(nn.input(inputs.floats("x", 3)), WIDTH));
      var dropped = nn.at("drop").dropout(h, rate);
      return List.of(nn.output(nn.at("out").linear(dropped, 2)));
    }

    Objective.Loss loss(Nn nn, Inputs inputs) {
      var error = nn.subtract(inputs.floats("y", 2), network(nn, inputs).get(0));
      return Objective.Loss.of(nn.mean(nn.map(Function.SQUARE, error), 0, 1));
    }

    /** Returns the losses of four steps on the same batch, then the loss without a step. */
    List<Double> losses(long seed) {
      var config =
          TrainingConfig.of(4, ROWS, 1e-3, seed).withCompute(Compute.of(Precision.FLOAT32));
      try (var trainer = new Trainer(this::loss, config)) {
        List<Double> losses = new ArrayList<>(List.of(trainer.evaluate(batch()).loss()));
        for (int step = 0; step < 4; step++) {
          losses.add(trainer.step(batch()).loss());
        }
        return losses;
      }
    }
  }

  private static Batch batch() {
    float[] x = new float[ROWS * 3];
    Arrays.fill(x, 1.5f);
    return new Batch(ROWS).floats("x", x).floats("y", new float[ROWS * 2]);
  }

  @Test
  void stepsDropTheSameValuesAgainAndMeasurementsDropNone() {
    List<Double> dropping = new Dropping(0.5).losses(1);
    List<Double> whole = new Dropping(0).losses(1);
    assertThat(new Dropping(0.5).losses(1)).isEqualTo(dropping);
    assertThat(dropping.get(0)).isEqualTo(whole.get(0));
    assertThat(dropping.get(1)).isNotCloseTo(dropping.get(0), ROUNDING);
    assertThat(whole.get(1)).isCloseTo(whole.get(0), ROUNDING);
  }

  @Test
  void aNetworkThatDrawsHasNone() {
    var network = Network.of(new Dropping(0.5)::network);
    assertThat(network.inputs()).containsOnlyKeys("x");
    var trained = Network.ofTraining(new Dropping(0.5)::network);
    assertThat(trained.inputs()).containsOnlyKeys("x", "dropout 0.5 of drop");
    assertThat(Dropout.of("dropout 0.5 of drop")).hasValue(new Dropout(0.5, "drop"));
    assertThat(Dropout.of("x")).isEmpty();
  }

  @Test
  void factorsDependOnSeedStepRowAndPlaceOnly() {
    var dropout = new Dropout(0.25, "blocks.0");
    float[] all = dropout.factors(1, 7, 0, 4, 1000);
    assertThat(dropout.factors(1, 7, 2, 2, 1000)).isEqualTo(Arrays.copyOfRange(all, 2000, 4000));
    assertThat(dropout.factors(2, 7, 0, 4, 1000)).isNotEqualTo(all);
    assertThat(dropout.factors(1, 8, 0, 4, 1000)).isNotEqualTo(all);
    assertThat(new Dropout(0.25, "blocks.1").factors(1, 7, 0, 4, 1000)).isNotEqualTo(all);
    long zeros = 0;
    for (float factor : all) {
      assertThat(factor).isIn(0f, (float) (1 / 0.75));
      zeros += factor == 0 ? 1 : 0;
    }
    assertThat(zeros).isBetween(900L, 1100L);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Dropout(1, ""))
        .withMessage("dropout: 1.0 (expected: in [0, 1))");
  }
}
