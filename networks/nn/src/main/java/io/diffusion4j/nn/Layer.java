package io.diffusion4j.nn;

import io.diffusion4j.nn.weights.Layout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

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
 * Rewritings of networks use the properties of a layer, and name no layer. Every layer belongs to
 * one of the families below, which have the properties that their members share.
 */
public sealed interface Layer {
  /** The keys of the parameters that the layer reads. */
  default List<String> parameters() {
    return List.of();
  }

  private static List<String> keys(String weight, String bias) {
    return bias.isEmpty() ? List.of(weight) : List.of(weight, bias);
  }

  // Properties for rewritings

  /** Where the values of a layer come from, which decides how much they differ in size. */
  enum Origin {
    /** Computed by the layer. */
    OWN,
    /** Values of the first input or means of neighbours: in another shape, a part, resampled. */
    OF_INPUT,
    /** Sums or concatenations, whose channels have very different sizes. */
    JOINED,
    /** Results of an activation function. */
    OF_CURVE
  }

  /** Where the values come from. */
  Origin origin();

  /** The name under which its values are fed; empty for any layer but {@link Input}. */
  default Optional<String> fed() {
    return Optional.empty();
  }

  /** The layer as constant values; empty for any layer but {@link Constant}. */
  default Optional<Constant> constant() {
    return Optional.empty();
  }

  /** The layer as a product with a learned matrix, if it is one. */
  default Optional<Matrix> matrix() {
    return this instanceof Matrix matrix ? Optional.of(matrix) : Optional.empty();
  }

  /** The layer as a product of each vector with a learned matrix, if it is one. */
  default Optional<Linear> linear() {
    return matrix().flatMap(matrix -> matrix.match(Optional::of, conv -> Optional.empty()));
  }

  /** The layer as a convolution, if it is one. */
  default Optional<Conv2d> convolution() {
    return matrix().flatMap(matrix -> matrix.match(linear -> Optional.empty(), Optional::of));
  }

  /**
   * Whether it computes new features: a layer with parameters, a normalisation or attention, not
   * arithmetic or an arrangement.
   */
  default boolean transforms() {
    return this instanceof Transform;
  }

  /** Whether it normalises the first input; the other inputs are scales and shifts. */
  default boolean normalises() {
    return this instanceof Normalisation;
  }

  /** Whether it is attention, whose inputs after the third are masks. */
  default boolean attends() {
    return false;
  }

  /** The layer as a mask of attention, if it is one whose values nothing else reads. */
  default Optional<Hide> mask() {
    return Optional.empty();
  }

  /** Whether each value is one of the input's: in another shape or order, or a part of them. */
  default boolean rearranges() {
    return this instanceof Arrangement;
  }

  /** Whether the values are those of the input in the same order. */
  default boolean reshapes() {
    return false;
  }

  /** The axis on which the inputs lie one after the other; empty if they do not. */
  default OptionalInt joins() {
    return OptionalInt.empty();
  }

  /** How many of the inputs are read for their values, and not for their sizes only. */
  default int read(int inputs) {
    return inputs;
  }

  /** The function of each value that the layer computes, if it is only that. */
  default Optional<Function> applied() {
    return Optional.empty();
  }

  /** Whether it is this operation on two values. */
  default boolean is(Operation operation) {
    return false;
  }

  /** Values that do not depend on other layers. */
  sealed interface Source extends Layer {
    @Override
    default Origin origin() {
      return Origin.OWN;
    }
  }

  /** New features. */
  sealed interface Transform extends Layer {
    @Override
    default Origin origin() {
      return Origin.OWN;
    }
  }

  /** A product of each position with a learned matrix, of {@code in} channels to {@code out}. */
  sealed interface Matrix extends Transform {
    /** Returns the key of the matrix. */
    String weight();

    /** Returns the number of channels that a position of the input has. */
    long in();

    /** Calls one of the functions. */
    <T> T match(
        java.util.function.Function<Linear, T> linear,
        java.util.function.Function<Conv2d, T> convolution);
  }

  /** A normalisation of the first input. */
  sealed interface Normalisation extends Transform {}

  /** Values of the input. */
  sealed interface Arrangement extends Layer {
    @Override
    default Origin origin() {
      return Origin.OF_INPUT;
    }
  }

  /** Values of the input, repeated or averaged. */
  sealed interface Resampling extends Layer {
    @Override
    default Origin origin() {
      return Origin.OF_INPUT;
    }
  }

  /** Arithmetic without parameters. */
  sealed interface Arithmetic extends Layer {
    @Override
    default Origin origin() {
      return Origin.OWN;
    }
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

    T visit(Permute layer, A argument);

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
  record Input(String name) implements Source {
    @Override
    public Optional<String> fed() {
      return Optional.of(name);
    }

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
  @SuppressWarnings("ArrayRecordComponent") // bulk data
  record Constant(float[] values) implements Source {
    @Override
    public Optional<Constant> constant() {
      return Optional.of(this);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Constant same && Arrays.equals(values, same.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }

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
  record Learned(String key) implements Source {
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
  record Linear(String weight, String bias, long in, long out) implements Matrix {
    @Override
    public <T> T match(
        java.util.function.Function<Linear, T> linear,
        java.util.function.Function<Conv2d, T> convolution) {
      return linear.apply(this);
    }

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
      implements Matrix {
    @Override
    public <T> T match(
        java.util.function.Function<Linear, T> linear,
        java.util.function.Function<Conv2d, T> convolution) {
      return convolution.apply(this);
    }

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
  record Embedding(String table, long rows, long width) implements Transform {
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
      implements Normalisation {
    @Override
    public Origin origin() {
      return silu ? Origin.OF_CURVE : Origin.OWN;
    }

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
  record LayerNorm(String gain, String shift, double eps) implements Normalisation {
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
  record AdaptiveLayerNorm(double eps) implements Normalisation {
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
  record Chosen(String row) implements Transform {
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
  record Attention(int heads) implements Transform {
    @Override
    public boolean attends() {
      return true;
    }

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
  record Hide(float hidden, long after) implements Arithmetic {
    @Override
    public Optional<Hide> mask() {
      return Optional.of(this);
    }

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
  record Deal(int parts) implements Arrangement {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** The inputs one after the other on an axis. */
  record Concat(int axis) implements Arithmetic {
    @Override
    public Origin origin() {
      return Origin.JOINED;
    }

    @Override
    public OptionalInt joins() {
      return OptionalInt.of(axis);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** The same values in the same order, in another shape. */
  record Reshape() implements Arrangement {
    @Override
    public boolean reshapes() {
      return true;
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** Part of an axis: {@code size} places from {@code begin} on. */
  record Slice(int axis, long begin, long size) implements Arrangement {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * The axes in another order: axis i of the output is axis {@code axes.get(i)} of the input. The
   * first stays.
   */
  record Permute(List<Integer> axes) implements Arrangement {
    public Permute {
      axes = List.copyOf(axes);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * Repeats a value for every sample of a batch: {@code [1, ...] → [B, ...]}. The second input only
   * sets the size of the batch.
   */
  record ForEach() implements Resampling {
    @Override
    public int read(int inputs) {
      return 1;
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** Each pixel twice in both directions: {@code [B, H, W, C] → [B, 2H, 2W, C]}. */
  record UpsampleNearest() implements Resampling {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** The mean of each 2×2 block: {@code [B, H, W, C] → [B, H/2, W/2, C]}. */
  record AveragePool() implements Resampling {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  // Arithmetic

  /** A function of each value. */
  record Apply(Function function) implements Arithmetic {
    @Override
    public Origin origin() {
      return switch (function) {
        case NEGATE, LOG, SINE -> Origin.OWN;
        default -> Origin.OF_CURVE;
      };
    }

    @Override
    public Optional<Function> applied() {
      return Optional.of(function);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** A combination of two values, where a size of 1 or a missing first axis broadcasts. */
  record Combine(Operation operation) implements Arithmetic {
    @Override
    public Origin origin() {
      return operation == Operation.MULTIPLY ? Origin.OWN : Origin.JOINED;
    }

    @Override
    public boolean is(Operation other) {
      return operation == other;
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * A choice for each number: the second input where the first is greater than 0, else the third.
   * All broadcast. The first has no gradient.
   */
  record Select() implements Arithmetic {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** A statistic of numbers over some axes, which the output lacks. */
  record Reduce(Statistic statistic, List<Integer> axes) implements Arithmetic {
    public Reduce {
      axes = List.copyOf(axes);
    }

    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * a·bᵀ of two numbers or two activations: {@code [..., M, K], [..., N, K] → [..., M, N]}, for
   * each place on the axes before, which both have.
   */
  record Product() implements Arithmetic {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /**
   * One-hot rows: 1 at the place given by each integer and 0 elsewhere: {@code [...] → [...,
   * size]}.
   */
  record OneHot(int size) implements Arithmetic {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }

  /** The same value, through which no gradient flows. */
  record Detached() implements Resampling {
    @Override
    public <A, T> T accept(Visitor<A, T> visitor, A argument) {
      return visitor.visit(this, argument);
    }
  }
}
