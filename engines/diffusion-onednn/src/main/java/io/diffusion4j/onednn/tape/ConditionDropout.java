package io.diffusion4j.onednn.tape;

import java.util.Arrays;
import java.util.List;

/**
 * Selects x, or a learned row for samples whose x is dropped, on a tape: {@code x·given + row·(1 −
 * given)}.
 *
 * @param row {@code [c]}
 */
record ConditionDropout(Tape tape, TrainableParameter row) {
  /**
   * Adds the selection.
   *
   * @param x {@code [n, c]}
   * @param given {@code [n, 1]}: 1 for x, 0 for the row
   */
  Activation forward(Activation x, Activation given) {
    int n = x.samples();
    int c = x.channels();
    var y = tape.resultLike(x);
    float[] values = new float[n * c];
    float[] use = new float[n];
    float[] learned = new float[c];
    tape.forward(
        List.of(x.buffer(), given.buffer(), y.buffer()),
        stream -> {
          x.floats().get(0, values);
          given.floats().get(0, use);
          row.values().get(0, learned);
          for (int i = 0; i < n; i++) {
            for (int k = 0; k < c; k++) {
              values[i * c + k] = values[i * c + k] * use[i] + learned[k] * (1 - use[i]);
            }
          }
          y.floats().put(0, values);
        });
    tape.derivative(
        () -> {
          var dy = y.gradient();
          if (!row.isFrozen()) {
            var gradient = row.gradient();
            tape.backward(
                List.of(dy.buffer()),
                stream -> {
                  dy.floats().get(0, values);
                  Arrays.fill(learned, 0);
                  for (int i = 0; i < n; i++) {
                    for (int k = 0; k < c; k++) {
                      learned[k] += values[i * c + k] * (1 - use[i]);
                    }
                  }
                  gradient.floats().put(0, learned);
                });
          }
          tape.contribute(
              x,
              part ->
                  tape.backward(
                      List.of(dy.buffer(), part.buffer()),
                      stream -> {
                        dy.floats().get(0, values);
                        for (int i = 0; i < n; i++) {
                          for (int k = 0; k < c; k++) {
                            values[i * c + k] *= use[i];
                          }
                        }
                        part.floats().put(0, values);
                      }));
        });
    return y;
  }
}
