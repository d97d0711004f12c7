package io.diffusion4j.onednn.run;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.onednn.core.Arena;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.View;
import io.diffusion4j.onednn.run.Quantisation.Source;
import java.util.List;
import java.util.function.Function;

/**
 * The steps of convolutions. Each part computes some of the rows; or, if the weights are much
 * larger than the pixels, some of the output channels, so that each part reads only its own
 * weights.
 */
public final class Convolutions {
  /** Half of a typical second-level cache. */
  private static final long LARGE = 1 << 20;

  /** Output channels are distributed in blocks of this size, the block size of primitives. */
  private static final long BLOCK = 32;

  private final Steps steps;
  private final Arena arena;
  private final Primitives primitives;
  private final PackedWeights weights;

  Convolutions(Steps steps, Arena arena, Primitives primitives, PackedWeights weights) {
    this.steps = steps;
    this.arena = arena;
    this.primitives = primitives;
    this.weights = weights;
  }

  /** Makes the steps from x to y. */
  void add(Layer.Conv2d conv, Source x, LayerValue y, List<PostOp.Pending> after) {
    long each = x.value().type().bytes();
    long bytes = conv.out() * conv.in() * conv.kernel() * conv.kernel() * each;
    if (isByOutputs(bytes, (x.value().size() + y.size()) * each, conv.out())) {
      byOutputs(conv, x, y, after);
    } else {
      byRows(conv, x, y, after);
    }
  }

  /**
   * Returns whether the parts divide the outputs of a layer among them, since its weights are much
   * larger than what it reads and writes.
   */
  boolean isByOutputs(long weightBytes, long valueBytes, long outputs) {
    boolean isLarge = weightBytes >= LARGE && weightBytes >= 2 * valueBytes;
    boolean isEven = outputs % (BLOCK * steps.parts()) == 0;
    return isLarge && isEven && steps.parts() > 1;
  }

  private void byRows(Layer.Conv2d conv, Source source, LayerValue y, List<PostOp.Pending> after) {
    LayerValue x = source.value();
    var all = Range.all(conv.out());
    long stride = conv.stride();
    long pad = conv.pad();
    steps.divide(
        y.height(),
        (part, rows) -> {
          long first = rows.begin() * stride - pad;
          long end = (rows.end() - 1) * stride - pad + conv.kernel();
          var read = new Range(Math.max(0, first), Math.min(x.height(), end));
          var fused = fused(conv, after, other -> other.withShape(y.shape()).rows(rows), all);
          primitives.convolution(
              part,
              x.rows(read),
              source.scale(),
              y.rows(rows),
              weights,
              kernels(conv, all),
              bias(conv, all),
              padding(conv, x, y, read.begin() - first, end - read.end()),
              fused);
        });
  }

  /** Convolutions need a contiguous result, which is then copied to its place. */
  private void byOutputs(
      Layer.Conv2d conv, Source source, LayerValue y, List<PostOp.Pending> after) {
    LayerValue x = source.value();
    var pixels = Range.all(y.pixels());
    var rows = Range.all(y.height());
    long pad = conv.pad();
    long below = (y.height() - 1) * conv.stride() - pad + conv.kernel() - x.height();
    steps.divide(
        conv.out(),
        (part, channels) -> {
          var own = LayerValue.in(arena, y.type(), List.of(y.height(), y.width(), channels.size()));
          var fused =
              fused(
                  conv,
                  after,
                  other -> {
                    var from = other.withShape(y.shape()).columns(pixels, channels);
                    var copy = LayerValue.in(arena, other.type(), own.shape());
                    primitives.copy(part, from, copy.matrix(pixels));
                    return copy.rows(rows);
                  },
                  channels);
          primitives.convolution(
              part,
              x.rows(Range.all(x.height())),
              source.scale(),
              own.rows(rows),
              weights,
              kernels(conv, channels),
              bias(conv, channels),
              padding(conv, x, y, pad, Math.max(0, below)),
              fused);
          primitives.copy(part, own.matrix(pixels), y.columns(pixels, channels));
        });
  }

  private static Primitives.Convolution padding(
      Layer.Conv2d conv, LayerValue x, LayerValue y, long top, long bottom) {
    long pad = conv.pad();
    long right = (y.width() - 1) * conv.stride() - pad + conv.kernel() - x.width();
    return new Primitives.Convolution(conv.stride(), top, bottom, pad, Math.max(0, right));
  }

  private static PackedWeights.Plain kernels(Layer.Conv2d conv, Range outputs) {
    long k = conv.kernel();
    long each = conv.in() * k * k;
    return new PackedWeights.Plain(
        conv.weight(),
        outputs.begin() * each,
        List.of(outputs.size(), conv.in(), k, k),
        List.of(each, k * k, k, 1L));
  }

  /** Returns the bias, which is zero for layers without one. */
  private View bias(Layer.Conv2d conv, Range outputs) {
    if (conv.bias().isEmpty()) {
      float[] zeros = new float[Math.toIntExact(outputs.size())];
      return View.dense(weights.constant(zeros), DataType.FLOAT32, 0, outputs.size());
    }
    return View.dense(
        weights.vector(conv.bias()), DataType.FLOAT32, outputs.begin(), outputs.size());
  }

  /**
   * Returns the operations that a part applies to its result.
   *
   * @param ofSameSize the part's view of a value of the whole result's size
   * @param outputs number of its channels
   */
  private static List<PostOp> fused(
      Layer.Conv2d conv,
      List<PostOp.Pending> after,
      Function<LayerValue, View> ofSameSize,
      Range outputs) {
    return after.stream()
        .<PostOp>map(
            operation -> {
              if (operation instanceof PostOp.Pending.Apply apply) {
                return new PostOp.Apply(apply.curve());
              }
              var other = ((PostOp.Pending.Add) operation).value();
              return new PostOp.Add(
                  other.size() == conv.out()
                      ? View.perChannel(other.flat(outputs))
                      : ofSameSize.apply(other));
            })
        .toList();
  }
}
