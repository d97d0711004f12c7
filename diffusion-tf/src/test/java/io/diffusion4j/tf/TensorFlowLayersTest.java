package io.diffusion4j.tf;

import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.train.LayerContract;
import io.diffusion4j.nn.train.TrainingEngine;
import java.util.Set;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class TensorFlowLayersTest implements LayerContract {
  @Override
  public Engine engine() {
    return new TensorFlowEngine();
  }

  @Override
  public TrainingEngine trainingEngine() {
    return new TensorFlowTrainingEngine();
  }

  @Override
  public Set<String> notRun() {
    return Set.of();
  }

  @Override
  public Set<String> notTrained() {
    return Set.of();
  }
}
