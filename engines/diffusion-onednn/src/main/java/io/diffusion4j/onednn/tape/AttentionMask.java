package io.diffusion4j.onednn.tape;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.onednn.core.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The bias of attention's logits on a tape, the same for all heads. */
final class AttentionMask {
  /** Hides the tokens that are not present, {@code [n, tokens]}. */
  private record Hidden(Activation present, float logit) {}

  private final int queries;
  private final int keys;
  private final float[] constant;
  private final List<Hidden> hidden = new ArrayList<>();

  /** Creates a mask that hides nothing. */
  AttentionMask(int queries, int keys) {
    this.queries = queries;
    this.keys = keys;
    this.constant = new float[queries * keys];
  }

  /** Adds a bias that all samples share; returns false if its size differs. */
  boolean add(Layer.Constant mask) {
    float[] values = mask.values();
    if (values.length != constant.length) {
      return false;
    }
    for (int i = 0; i < values.length; i++) {
      constant[i] += values[i];
    }
    return true;
  }

  /** Hides tokens. */
  void add(Layer.Hide hide, Activation present) {
    hidden.add(new Hidden(present, hide.hidden()));
  }

  /**
   * Returns the mask, {@code [n or 1, 1, L or 1, M]}. An axis on which nothing depends has size 1,
   * but for the samples of a mask that depends on the query: oneDNN adds one that both samples and
   * heads share by reference code, which took three quarters of CLIP's training step.
   */
  Activation forward(Tape tape) {
    int rows = isZero(constant) ? 1 : queries;
    int samples = hidden.isEmpty() && rows == 1 ? 1 : tape.samples();
    var mask = Activation.constant(tape.kernels(), DataType.FLOAT32, samples, 1, rows, keys);
    float[] added = new float[keys];
    float[] row = new float[keys];
    Runnable fill =
        () -> {
          var values = mask.floats();
          for (int i = 0; i < samples; i++) {
            Arrays.fill(added, 0);
            for (Hidden one : hidden) {
              var present = one.present.floats();
              int tokens = one.present.channels();
              for (int j = 0; j < tokens; j++) {
                added[j] += (1 - present.get(i * tokens + j)) * one.logit;
              }
            }
            for (int r = 0; r < rows; r++) {
              for (int j = 0; j < keys; j++) {
                row[j] = constant[r * keys + j] + added[j];
              }
              values.put(row);
            }
          }
        };
    if (hidden.isEmpty()) {
      fill.run();
    } else {
      var read = hidden.stream().map(one -> one.present.buffer()).toList();
      tape.forward(read, stream -> fill.run());
    }
    return mask;
  }

  private static boolean isZero(float[] values) {
    for (float value : values) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }
}
