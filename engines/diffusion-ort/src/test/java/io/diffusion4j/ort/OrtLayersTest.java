package io.diffusion4j.ort;

import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.RunContract;
import java.util.Set;

class OrtLayersTest implements RunContract {
  @Override
  public Engine engine() {
    return new OrtEngine();
  }

  @Override
  public Set<String> notRun() {
    return Set.of();
  }
}
