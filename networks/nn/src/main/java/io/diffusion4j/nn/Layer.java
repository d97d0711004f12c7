package io.diffusion4j.nn;

import io.diffusion4j.nn.weights.Layout;
import java.util.List;

/**
 * A layer of the vocabulary {@link Nn}, as data: its operation, and the keys of its parameters in
 * the checkpoint. The records below define the meaning of each layer; an engine either computes it
 * or refuses the layer with an {@link UnsupportedLayerException}.
 *
 * <p>In the shapes, B is the batch; images are {@code [B, H, W, C]}, sequences {@code [B, L, C]}.
 * Keys are whole checkpoint keys. Layers with parameters read and return {@link
 * Tensor.Role#ACTIVATIONS} unless stated otherwise.
 *
 * <p>Engines implement {@link Visitor}, so the build fails until each of them handles a new layer.
 */
public sealed interface Layer {
  /** The keys of the parameters that the layer reads. */
  default List<String> parameters() {
    return List.of();
  }

  private static List<String> keys(String weight, String bias) {
    return bias.isEmpty() ? List.of(weight) : List.of(weight, bias);
  }

  /** Calls the visitor's method for this layer. */
  <A, T> T accept(Visitor<A, T> visitor, A argument);

  /**
   * A method for each layer.
   *
   * @param <A> the argument of each method, such as the node of the layer
   * @param <T> the result of each method
   */
  interface Visitor<A, T> {
    T visit(Input layer, A argument);

    T visit(Constant layer, A argument);

    T visit(Learned layer, A argument);

    T visit(Linear layer, A argument);

    T visit(Conv2d layer, A argument);

    T visit(Embedding layer, A argument);

    T visit(GroupNorm layer, A argument);

    T visit(LayerNorm layer, A argument);

    T visit(AdaptiveLayerNorm layer, A argument);

    T visit(Chosen layer, A argument);

    T visit(Attention layer, A argument);

    T visit(Hide layer, A argument);

    T visit(Deal layer, A argument);

    T visit(Concat layer, A argument);

    T visit(Reshape layer, A argument);

    T visit(Slice layer, A argument);

    T visit(ForEach layer, A argument);

    T visit(UpsampleNearest layer, A argument);

    T visit(AveragePool layer, A argument);

    T visit(Apply layer, A argument);

    T visit(Combine layer, A argument);

    T visit(Select layer, A argument);

    T visit(Reduce layer, A argument);

    T visit(Product layer, A argument);

    T visit(OneHot layer, A argument);

    T visit(Detached layer, A argument);
  }

  // Sources

  /** An input declared by {@link Inputs}: {@code [B, ...]}, integers or numbers. */
  record Input(String name) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * Values that are part of the network, in the shape of the output: integers or numbers.
   *
   * @param values row-major; integers are whole numbers below 2²⁴
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Constant(float[] values) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * A parameter as a value, the same for every sample. Returns numbers.
   *
   * @param key the key of a tensor in the shape of the output
   */
  record Learned(String key) implements Layer {
    @Override
    public List<String> parameters() {
      return List.of(key);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  // Layers with parameters

  /**
   * A dense layer over the last axis: {@code [..., in] → [..., out]}, y = W·x + b.
   *
   * @param weight key of {@code [out, in]} or {@code [out, in, 1]} in {@link Layout#LINEAR}, or of
   *     {@code [in, out]} in {@link Layout#SAME}
   * @param bias key of {@code [out]}; empty if there is none
   */
  record Linear(String weight, String bias, long in, long out) implements Layer {
    @Override
    public List<String> parameters() {
      return keys(weight, bias);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * A convolution of {@code [B, H, W, in]} to {@code out} channels.
   *
   * @param weight key of {@code [out, in, kernel, kernel]}
   * @param bias key of {@code [out]}; empty if there is none
   * @param pad zeros above and on the left
   * @param padEnd zeros below and on the right
   */
  record Conv2d(
      String weight, String bias, long in, long out, int kernel, int stride, int pad, int padEnd)
      implements Layer {
    @Override
    public List<String> parameters() {
      return keys(weight, bias);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * Rows of a table by their numbers: integers {@code [...] → [..., width]}.
   *
   * @param table key of {@code [rows, width]}
   */
  record Embedding(String table, long rows, long width) implements Layer {
    @Override
    public List<String> parameters() {
      return List.of(table);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * Group normalisation (Wu &amp; He 2018) of {@code [B, H, W, C]}: (x − mean) / √(variance + eps)
   * over the pixels and C / groups neighbouring channels, biased variance, then a gain and a shift
   * per channel. A second input {@code [B, 2·C]}, if there is one, holds the scale and the shift of
   * the sample (Dhariwal &amp; Nichol 2021, eq. 5): y·(1 + scale) + shift.
   *
   * @param gain key of {@code [C]}
   * @param shift key of {@code [C]}
   * @param silu whether {@link Function#SILU} follows
   */
  record GroupNorm(String gain, String shift, int groups, double eps, boolean silu)
      implements Layer {
    @Override
    public List<String> parameters() {
      return List.of(gain, shift);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * Layer normalisation over the last axis (Ba et al. 2016): (x − mean) / √(variance + eps), biased
   * variance, then a gain and a shift per channel.
   *
   * @param gain key of {@code [C]}
   * @param shift key of {@code [C]}
   */
  record LayerNorm(String gain, String shift, double eps) implements Layer {
    @Override
    public List<String> parameters() {
      return List.of(gain, shift);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * Layer normalisation with the scale and shift of each sample in place of learned ones (adaLN,
   * Peebles &amp; Xie 2023, §3.2): (x − mean) / √(variance + eps)·(1 + scale) + shift. Inputs: x
   * {@code [B, L, C]}, scale {@code [B, C]} and shift {@code [B, C]}.
   */
  record AdaptiveLayerNorm(double eps) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * The vector of a sample, or a learned row in its place: for the numbers x {@code [B, C]} and u
   * {@code [B, 1]}, x·u + row·(1 − u).
   *
   * @param row key of {@code [C]}
   */
  record Chosen(String row) implements Layer {
    @Override
    public List<String> parameters() {
      return List.of(row);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  // Attention

  /**
   * Scaled dot-product attention (Vaswani et al. 2017, eq. 1): softmax(q·kᵀ/√d + masks)·v, the
   * softmax in float32. Inputs: q {@code [B, Lq, heads·d]}, head-major; k and v {@code [B, Lk,
   * heads·d]}; and any number of masks, numbers that broadcast to {@code [B, heads, Lq, Lk]}.
   */
  record Attention(int heads) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * A mask that hides tokens: for the numbers p {@code [B, M]}, (1 − p)·hidden, then {@code after}
   * zeros for the keys after the tokens: {@code [B, 1, 1, M + after]}. Returns numbers.
   *
   * @param hidden the offset of a hidden token's logit, such as −10⁴
   */
  record Hide(float hidden, long after) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  // Arrangement, in any role

  /**
   * Distributes a vector to tokens: {@code [B, parts·C] → [B, parts, C]}; channel c of token p is
   * element {@code c·parts + p}.
   */
  record Deal(int parts) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** The inputs one after the other on an axis. */
  record Concat(int axis) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** The same values in the same order, in another shape. */
  record Reshape() implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** Part of an axis: {@code size} places from {@code begin} on. */
  record Slice(int axis, long begin, long size) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * Repeats a value for every sample of a batch: {@code [1, ...] → [B, ...]}. The second input only
   * sets the size of the batch.
   */
  record ForEach() implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** Each pixel twice in both directions: {@code [B, H, W, C] → [B, 2H, 2W, C]}. */
  record UpsampleNearest() implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** The mean of each 2×2 block: {@code [B, H, W, C] → [B, H/2, W/2, C]}. */
  record AveragePool() implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  // Arithmetic

  /** A function of each value. */
  record Apply(Function function) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** A combination of two values, where a size of 1 or a missing first axis broadcasts. */
  record Combine(Operation operation) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * A choice for each number: the second input where the first is greater than 0, else the third.
   * All broadcast. The first has no gradient.
   */
  record Select() implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** A statistic of numbers over some axes, which the output lacks. */
  record Reduce(Statistic statistic, List<Integer> axes) implements Layer {
    public Reduce {
      axes = List.copyOf(axes);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** a·bᵀ of numbers: {@code [M, K], [N, K] → [M, N]}. */
  record Product() implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * One-hot rows: 1 at the place given by each integer and 0 elsewhere: {@code [...] → [...,
   * size]}.
   */
  record OneHot(int size) implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** The same value, through which no gradient flows. */
  record Detached() implements Layer {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }
}
