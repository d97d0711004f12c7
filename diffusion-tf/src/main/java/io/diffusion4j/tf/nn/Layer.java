package io.diffusion4j.tf.nn;

import java.util.Arrays;

/**
 * A layer of {@link Nn}'s vocabulary as data: what it is and where its parameters lie in the
 * checkpoint. An engine that does not run TensorFlow's graph computes a network from these.
 *
 * <p>Each stands for the method of {@link Nn} with its name, whose Javadoc says what it computes.
 * Keys are whole checkpoint keys.
 */
public sealed interface Layer {
  /** What is fed under this name. */
  record Input(String name, boolean integers) implements Layer {}

  /**
   * A dense layer over the last axis.
   *
   * @param weight key of {@code [out, in]}, or {@code [out, in, 1]}
   * @param bias key of {@code [out]}; empty if there is none
   */
  record Linear(String weight, String bias, long in, long out) implements Layer {}

  /**
   * A convolution that pads {@code kernel / 2} zeros on all sides.
   *
   * @param weight key of {@code [out, in, kernel, kernel]}
   * @param bias key of {@code [out]}
   */
  record Conv2d(String weight, String bias, long in, long out, int kernel, int stride)
      implements Layer {}

  /**
   * Group normalisation of the first input. A second input, if there is one, is the scale and shift
   * of the sample.
   *
   * @param gain key of {@code [C]}
   * @param shift key of {@code [C]}
   * @param silu whether SiLU follows
   */
  record GroupNorm(String gain, String shift, int groups, double eps, boolean silu)
      implements Layer {}

  /**
   * Layer normalisation over the last axis.
   *
   * @param gain key of {@code [C]}
   * @param shift key of {@code [C]}
   */
  record LayerNorm(String gain, String shift, double eps) implements Layer {}

  /**
   * What {@link Nn#orLearned} chooses from the inputs: a vector, and whether it is to be used.
   *
   * @param row key of {@code [C]}
   */
  record Chosen(String row) implements Layer {}

  /** A vector dealt out to tokens. */
  record Deal(int parts) implements Layer {}

  /**
   * What is learned as it is, the same for every sample.
   *
   * @param key of {@code [1, L, C]}
   */
  record Learned(String key) implements Layer {}

  /** x·σ(x). */
  record Silu() implements Layer {}

  /** x·Φ(x). */
  record Gelu() implements Layer {}

  /** Attention of the inputs q, k and v, and of all that is added to the logits. */
  record Attention(int heads) implements Layer {}

  /** What {@link Nn#hide} adds to the logits: the input is which tokens are present. */
  record Hide(float hidden, long after) implements Layer {}

  /** What {@link Nn#causalMask} adds to the logits. */
  record Causal(int length, float hidden) implements Layer {
    /** What is added, {@code [length, length]}: a row for each query. */
    public float[] mask() {
      float[] mask = new float[length * length];
      for (int i = 0; i < length; i++) {
        Arrays.fill(mask, i * length + i + 1, (i + 1) * length, hidden);
      }
      return mask;
    }
  }

  /** One part of what {@link Nn#unpack} takes apart. */
  record Unpacked(int part, int parts, int groups) implements Layer {}

  /** Side by side on an axis, the batch being axis 0. */
  record Concat(int axis) implements Layer {}

  /** The sum of two values; a smaller one counts for every pixel. */
  record Add() implements Layer {}

  /** The same values in the same order. */
  record Reshape() implements Layer {}

  /** One position of a sequence. */
  record Position(long index) implements Layer {}

  /** Part of the last axis. */
  record Slice(long begin, long size) implements Layer {}

  /** Each pixel twice in both directions. */
  record UpsampleNearest() implements Layer {}

  /** The mean of each 2×2 block. */
  record AveragePool() implements Layer {}
}
