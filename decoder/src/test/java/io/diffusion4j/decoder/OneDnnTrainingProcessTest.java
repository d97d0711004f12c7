package io.diffusion4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.LossNetwork;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingProcessContract;
import io.diffusion4j.onednn.OneDnnEngine;
import io.diffusion4j.onednn.OneDnnTrainingEngine;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** A decoder that is trained by the engine that is found by itself. */
class OneDnnTrainingProcessTest implements TrainingProcessContract {
  private static final int BATCH = 3; // no multiple of the number of processors

  /** As little as has every kind of layer, since each of its steps is made thousands of times. */
  private static final LittleDecoding DECODING =
      new LittleDecoding(LittleDecoding.unet(4, List.of(16, 16)), BATCH, 2);

  @BeforeEach
  void theEngineThatIsFoundIsOneDnn() {
    assumeThat(new OneDnnEngine().unavailable(Precision.BFLOAT16)).isEmpty();
    try (var learner =
        new OneDnnTrainingEngine().learner(LossNetwork.of(DECODING.objective()), config(1))) {
      assertThat(learner.parameters()).isNotEmpty();
    }
  }

  @Override
  public TrainingConfig config(long steps) {
    return TrainingConfig.of(steps, BATCH, 2e-3, 7).withCompute(Compute.of(Precision.BFLOAT16));
  }

  @Override
  public BatchSource batches(TrainingConfig config) {
    return DECODING::batch;
  }

  @Override
  public Trainer trainer(TrainingConfig config) {
    return new Trainer(DECODING.objective(), config);
  }
}
