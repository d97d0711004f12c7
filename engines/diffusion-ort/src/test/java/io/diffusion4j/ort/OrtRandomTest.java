package io.diffusion4j.ort;

import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.RandomRunContract;

class OrtRandomTest implements RandomRunContract {
  @Override
  public Engine engine() {
    return new OrtEngine();
  }
}
