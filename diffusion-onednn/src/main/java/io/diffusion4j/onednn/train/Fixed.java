package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.TrainingConfig;
import org.bytedeco.dnnl.dnnl_stream;

/** The weights of a parameter that is frozen. */
final class Fixed extends Update {
  Fixed(Trained parameter, TrainingConfig config) {
    super(parameter, config);
  }

  @Override
  double cost() {
    return 0;
  }

  @Override
  void move(Step s, int from, int to) {}

  @Override
  void step(Step s, dnnl_stream stream) {}
}
