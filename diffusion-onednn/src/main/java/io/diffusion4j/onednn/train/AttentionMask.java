package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.Layer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The bias of attention's logits on a tape, the same for all heads: {@code [n, heads, L, M]}. */
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

  /** Returns the mask for this number of heads. */
  Activation forward(Tape tape, int heads) {
    var mask = tape.input(heads, queries, keys, false);
    int sample = heads * queries * keys;
    float[] all = new float[mask.size()];
    float[] added = new float[keys];
    Runnable fill =
        () -> {
          for (int i = 0; i < mask.samples(); i++) {
            Arrays.fill(added, 0);
            for (Hidden one : hidden) {
              var present = one.present.floats();
              int tokens = one.present.channels();
              for (int j = 0; j < tokens; j++) {
                added[j] += (1 - present.get(i * tokens + j)) * one.logit;
              }
            }
            for (int at = 0; at < sample; at++) {
              all[i * sample + at] = constant[at % constant.length] + added[at % keys];
            }
          }
          mask.floats().put(0, all);
        };
    if (hidden.isEmpty()) {
      fill.run();
    } else {
      tape.forward(stream -> fill.run());
    }
    return mask;
  }
}
