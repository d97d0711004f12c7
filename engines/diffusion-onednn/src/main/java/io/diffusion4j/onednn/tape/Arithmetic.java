package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Statistic;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.PostOps;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The layers of losses on a tape: arithmetic of values that broadcast, statistics and products.
 * Each method writes its result to a given value.
 */
record Arithmetic(Tape tape) {
  /** Adds an operation on two values, both of which may be smaller than the result. */
  void combine(Operation operation, Shaped first, Shaped second, Shaped y) {
    boolean commutes = operation == Operation.ADD || operation == Operation.MULTIPLY;
    boolean swaps = commutes && first.size() < y.size();
    var a = expanded(swaps ? second : first, y);
    var b = swaps ? first : second;
    tape.forward(binary(code(operation), a, b, y));
    tape.derivative(
        y.value(),
        () -> {
          var dy = y.gradient();
          switch (operation) {
            case ADD, SUBTRACT -> {
              tape.passOn(a.value(), y.value());
              float sign = operation == Operation.ADD ? 1 : -1;
              tape.contribute(b.value(), db -> sum(dy, b.with(db), sign, tape::backward));
            }
            case MULTIPLY -> {
              contribute(a, y, da -> tape.backward(binary(dnnl_binary_mul, dy, b, da)));
              contribute(b, y, db -> tape.backward(binary(dnnl_binary_mul, dy, a, db)));
            }
            case MAXIMUM -> {
              contribute(a, y, da -> where(dnnl_binary_ge, a, b, dy, da));
              contribute(b, y, db -> where(dnnl_binary_lt, a, b, dy, db));
            }
            case MINIMUM -> {
              contribute(a, y, da -> where(dnnl_binary_le, a, b, dy, da));
              contribute(b, y, db -> where(dnnl_binary_gt, a, b, dy, db));
            }
          }
        });
  }

  private static int code(Operation operation) {
    return switch (operation) {
      case ADD -> dnnl_binary_add;
      case SUBTRACT -> dnnl_binary_sub;
      case MULTIPLY -> dnnl_binary_mul;
      case MAXIMUM -> dnnl_binary_max;
      case MINIMUM -> dnnl_binary_min;
    };
  }

  /** Writes dy where a comparison holds, 0 elsewhere. */
  private void where(int comparison, Shaped a, Shaped b, Shaped dy, Shaped to) {
    tape.backward(binary(comparison, a, b, to));
    tape.backward(binary(dnnl_binary_mul, to, dy, to));
  }

  /** Returns a·(1 − share) + b·share, in the shape of b. */
  Shaped between(Shaped a, Shaped b, Shaped share) {
    var one = new Shaped(tape, tape.ones(DataType.FLOAT32, 1), List.of());
    var ofA = combined(Operation.SUBTRACT, one, share, share);
    return combined(
        Operation.ADD,
        combined(Operation.MULTIPLY, b, share, b),
        combined(Operation.MULTIPLY, a, ofA, b),
        b);
  }

  private Shaped combined(Operation operation, Shaped a, Shaped b, Shaped like) {
    boolean isDifferentiable = a.value().isDifferentiable() || b.value().isDifferentiable();
    var x = like.value();
    var y = like.with(x.like(x.type(), x.channels(), isDifferentiable));
    combine(operation, a, b, y);
    return y;
  }

  /** Adds a choice: {@code then} where the condition is greater than 0, else {@code otherwise}. */
  void select(Shaped condition, Shaped then, Shaped otherwise, Shaped y) {
    var c = expanded(condition, y).value();
    var a = expanded(then, y);
    var b = expanded(otherwise, y);
    var isThen = y.scratch();
    var isOtherwise = y.scratch();
    float[] decides = new float[y.size()];
    float[] result = new float[y.size()];
    float[] other = new float[y.size()];
    tape.forward(
        List.of(
            c.buffer(),
            a.value().buffer(),
            b.value().buffer(),
            y.value().buffer(),
            isThen.value().buffer(),
            isOtherwise.value().buffer()),
        stream -> {
          c.floats().get(0, decides);
          a.value().floats().get(0, result);
          b.value().floats().get(0, other);
          for (int i = 0; i < result.length; i++) {
            boolean holds = decides[i] > 0;
            result[i] = holds ? result[i] : other[i];
            decides[i] = holds ? 1 : 0;
            other[i] = holds ? 0 : 1;
          }
          y.value().floats().put(0, result);
          isThen.value().floats().put(0, decides);
          isOtherwise.value().floats().put(0, other);
        });
    tape.derivative(
        y.value(),
        () -> {
          var dy = y.gradient();
          contribute(a, y, da -> tape.backward(binary(dnnl_binary_mul, dy, isThen, da)));
          contribute(b, y, db -> tape.backward(binary(dnnl_binary_mul, dy, isOtherwise, db)));
        });
  }

  /**
   * Adds a statistic.
   *
   * @param y the result, whose reduced axes have size 1
   */
  void reduce(Statistic statistic, Shaped x, Shaped y) {
    switch (statistic) {
      case SUM -> sum(x, y, 1);
      case MEAN -> sum(x, y, (float) y.size() / x.size());
      case MAXIMUM -> maximum(x, y);
      case LOG_SUM_EXP -> logSumExp(x, y);
    }
  }

  private void sum(Shaped x, Shaped y, float factor) {
    sum(x, y, factor, tape::forward);
    tape.derivative(
        y.value(),
        () ->
            tape.contribute(
                x.value(), dx -> tape.backward(spread(y.gradient(), x.with(dx), scale(factor)))));
  }

  private void maximum(Shaped x, Shaped y) {
    tape.forward(largest(x, y));
    tape.derivative(
        y.value(),
        () ->
            tape.contribute(
                x.value(),
                d -> {
                  var dx = x.with(d);
                  var ties = y.scratch();
                  var share = y.scratch();
                  tape.backward(binary(dnnl_binary_eq, x, y, dx));
                  sum(dx, ties, 1, tape::backward);
                  tape.backward(binary(dnnl_binary_div, y.gradient(), ties, share));
                  tape.backward(binary(dnnl_binary_mul, dx, share, dx));
                }));
  }

  private Kernel largest(Shaped x, Shaped y) {
    var from = x.over(x.rank());
    var to = y.over(x.rank());
    return tape.kernels()
        .primitive(
            "maximum",
            (d, e, attributes) ->
                dnnl_reduction_primitive_desc_create(
                    d,
                    e,
                    dnnl_reduction_max,
                    from.description(),
                    to.description(),
                    0,
                    0,
                    attributes))
        .with(DNNL_ARG_SRC, from)
        .with(DNNL_ARG_DST, to)
        .build();
  }

  private void logSumExp(Shaped x, Shaped y) {
    var largest = y.scratch();
    var powers = x.scratch();
    tape.forward(largest(x, largest));
    tape.forward(binary(dnnl_binary_sub, x, largest, powers));
    tape.forward(inPlace(Function.EXP, powers));
    sum(powers, y, 1, tape::forward);
    tape.forward(inPlace(Function.LOG, y));
    tape.forward(binary(dnnl_binary_add, y, largest, y));
    tape.derivative(
        y.value(),
        () ->
            tape.contribute(
                x.value(),
                d -> {
                  var dx = x.with(d);
                  tape.backward(binary(dnnl_binary_sub, x, y, dx));
                  tape.backward(inPlace(Function.EXP, dx));
                  tape.backward(binary(dnnl_binary_mul, dx, y.gradient(), dx));
                }));
  }

  private Kernel inPlace(Function function, Shaped x) {
    var matrix = x.value().matrix();
    return new Elementwise(tape, function)
        .forward(matrix)
        .with(DNNL_ARG_SRC, x.value().as(matrix))
        .with(DNNL_ARG_DST, x.value().as(matrix))
        .build();
  }

  /** Adds a·bᵀ: {@code [..., M, K], [..., N, K] → [..., M, N]}. */
  void product(Shaped a, Shaped b, Shaped y) {
    var kernels = tape.kernels();
    tape.forward(kernels.product(a.matrices(), b.transposed(), y.matrices()));
    tape.derivative(
        y.value(),
        () -> {
          var dy = y.gradient();
          tape.contribute(
              a.value(),
              da ->
                  tape.backward(
                      kernels.product(dy.matrices(), b.matrices(), a.with(da).matrices())));
          tape.contribute(
              b.value(),
              db ->
                  tape.backward(
                      kernels.product(dy.transposed(), a.matrices(), b.with(db).matrices())));
        });
  }

  /** Adds rows with 1 at the place given by each integer, and 0 elsewhere. */
  void oneHot(Activation ids, Activation y) {
    int width = y.size() / ids.size();
    float[] at = new float[ids.size()];
    tape.forward(
        List.of(ids.buffer(), y.buffer()),
        stream -> {
          ids.floats().get(0, at);
          float[] rows = new float[y.size()];
          for (int i = 0; i < at.length; i++) {
            if (at[i] >= 0 && at[i] < width) {
              rows[i * width + (int) at[i]] = 1;
            }
          }
          y.floats().put(0, rows);
        });
  }

  // Broadcasting

  private Kernel binary(int algorithm, Shaped a, Shaped b, Shaped to) {
    int rank = Math.max(1, to.rank());
    return tape.kernels()
        .binary(algorithm, a.over(rank), b.over(rank), to.over(rank), PostOps.NOTHING);
  }

  /** Returns x in the shape of y. */
  private Shaped expanded(Shaped x, Shaped y) {
    if (x.size() == y.size()) {
      return y.with(x.value());
    }
    var like = y.value();
    var all = y.with(like.like(like.type(), like.channels(), x.value().isDifferentiable()));
    tape.forward(spread(x, all, PostOps.NOTHING));
    tape.derivative(
        all.value(),
        () -> tape.contribute(x.value(), dx -> sum(all.gradient(), x.with(dx), 1, tape::backward)));
    return all;
  }

  /** Repeats x in the larger shape of y. */
  private Kernel spread(Shaped x, Shaped y, PostOps after) {
    int rank = Math.max(1, y.rank());
    var ones = y.with(tape.ones(y.value().type(), y.size()));
    return tape.kernels()
        .binary(dnnl_binary_mul, ones.over(rank), x.over(rank), y.over(rank), after);
  }

  /**
   * Contributes to the gradient of an input that broadcasts.
   *
   * @param part adds backward steps that write the gradient by x in the shape of y
   */
  private void contribute(Shaped x, Shaped y, Consumer<Shaped> part) {
    tape.contribute(
        x.value(),
        dx -> {
          if (x.size() == y.size()) {
            part.accept(y.with(dx));
          } else {
            var all = y.scratch();
            part.accept(all);
            sum(all, x.with(dx), 1, tape::backward);
          }
        });
  }

  /** Sums x over the axes on which y broadcasts to it, times a factor. */
  private void sum(Shaped x, Shaped y, float factor, Consumer<Tape.Step> steps) {
    long[] from = x.dims(x.rank());
    long[] to = y.dims(x.rank());
    int end = from.length;
    while (end > 0 && from[end - 1] == to[end - 1]) {
      end--;
    }
    if (end == 0) {
      steps.accept(copy(x, y, factor));
      return;
    }
    int begin = end - 1;
    while (begin > 0 && to[begin - 1] == 1) {
      begin--;
    }
    long outer = product(from, 0, begin);
    long middle = product(from, begin, end);
    long inner = product(from, end, from.length);
    boolean isLast = outer * inner == y.size();
    var sum = isLast ? y : rest(from, begin, end);
    var ones = tape.ones(x.value().type(), (int) middle);
    var row = tape.kernels().dense(x.value().type(), 1, 1, middle);
    steps.accept(
        tape.kernels()
            .product(
                ones.as(row),
                x.as(outer, middle, inner),
                sum.as(outer, 1, inner),
                isLast ? scale(factor) : PostOps.NOTHING));
    if (!isLast) {
      sum(sum, y, factor, steps);
    }
  }

  /** Returns memory for sums over some axes. */
  private Shaped rest(long[] shape, int begin, int end) {
    long[] dims = shape.clone();
    Arrays.fill(dims, begin, end, 1);
    int size = (int) product(dims, 0, dims.length);
    var memory = Activation.of(tape.kernels(), DataType.FLOAT32, 1, 1, 1, size, false);
    return new Shaped(tape, memory, Arrays.stream(dims).boxed().toList());
  }

  private static long product(long[] sizes, int from, int to) {
    long product = 1;
    for (int i = from; i < to; i++) {
      product *= sizes[i];
    }
    return product;
  }

  private static PostOps scale(float factor) {
    return factor == 1 ? PostOps.NOTHING : PostOps.NOTHING.scale(factor);
  }

  private Kernel copy(Shaped x, Shaped y, float factor) {
    if (factor == 1) {
      return tape.kernels().copy(x.as(x.size()), y.as(x.size()));
    }
    var ones = x.with(tape.ones(x.value().type(), x.size()));
    return tape.kernels()
        .binary(dnnl_binary_mul, x.as(x.size()), ones.as(x.size()), y.as(x.size()), scale(factor));
  }
}
