package io.diffusion4j.onednn.exact;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.nn.exact.Crew;
import io.diffusion4j.nn.exact.Products;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Descriptions;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.exact.Workspace.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * Products by oneDNN: of 8-bit integers where the processor adds them in 32 bits, and of floats
 * elsewhere, since oneDNN's products of integers saturate in 16 bits there. Sums of floats are
 * exact below 2²⁴ in any order; a product whose sums may be larger is divided by its inputs.
 */
final class OneDnnProducts implements Products {
  /** Floats below it are exact. */
  private static final double EXACT = 0x1p24;

  private final Scope scope = new Scope();
  private final List<Workspace> workspaces = new ArrayList<>();
  private final DataType type;

  /**
   * Creates products without memory.
   *
   * @param type the format of the factors
   */
  OneDnnProducts(int threads, DataType type) {
    this.type = type;
    for (int i = 0; i < threads; i++) {
      workspaces.add(new Workspace());
    }
  }

  @Override
  public void perform(Runnable work) {
    Natives.get().alone(work);
  }

  @Override
  public Filter filter(Window window, float[] weights) {
    if (type == DataType.INT8 && window.in() > 1) { // oneDNN's are wrong for a single channel
      return new Native(window, weights, type);
    }
    List<Integer> ends = ends(window, weights);
    if (ends.size() == 1) {
      return new Native(window, weights, DataType.FLOAT32);
    }
    List<Filter> parts = new ArrayList<>();
    int begin = 0;
    for (int end : ends) {
      var part =
          new Window(
              window.height(),
              window.width(),
              end - begin,
              window.out(),
              window.kernel(),
              window.stride(),
              window.pad(),
              window.padEnd());
      var own = columns(weights, window.in(), begin, end);
      parts.add(new Native(part, own, DataType.FLOAT32));
      begin = end;
    }
    return (x, factor, images, sums, crew) ->
        divided(
            ends,
            sums,
            (part, from, to, partial) ->
                parts
                    .get(part)
                    .run(columns(x, window.in(), from, to), factor, images, partial, crew));
  }

  /** Returns the ends of ranges of inputs whose sums are exact in float32. */
  private static List<Integer> ends(Window w, float[] weights) {
    int taps = w.kernel() * w.kernel();
    double[] most = new double[w.out()];
    List<Integer> ends = new ArrayList<>();
    for (int i = 0; i < w.in(); i++) {
      double[] own = new double[w.out()];
      boolean fits = true;
      for (int o = 0; o < w.out(); o++) {
        for (int tap = 0; tap < taps; tap++) {
          own[o] += Math.abs(weights[(o * taps + tap) * w.in() + i]) * LARGEST;
        }
        most[o] += own[o];
        fits &= most[o] < EXACT;
      }
      if (!fits) {
        ends.add(i);
        most = own;
      }
    }
    ends.add(w.in());
    return ends;
  }

  @Override
  public Pair pair(int m, int n, int k) {
    int most = (int) (EXACT / LARGEST / LARGEST) - 1;
    if (type == DataType.INT8 || k <= most) {
      return new NativePair(m, n, k)::run;
    }
    List<Integer> ends = new ArrayList<>();
    List<Pair> parts = new ArrayList<>();
    for (int begin = 0; begin < k; begin += most) {
      int end = Math.min(k, begin + most);
      ends.add(end);
      parts.add(new NativePair(m, n, end - begin)::run);
    }
    return (a, b, sums, thread) ->
        divided(
            ends,
            sums,
            (part, from, to, partial) ->
                parts
                    .get(part)
                    .run(columns(a, k, from, to), columns(b, k, from, to), partial, thread));
  }

  /** The sums of some of the inputs. */
  @FunctionalInterface
  private interface Partial {
    void run(int part, int begin, int end, float[] sums);
  }

  /** Adds the sums of ranges of inputs, in double precision. */
  private static void divided(List<Integer> ends, float[] sums, Partial partial) {
    double[] all = new double[sums.length];
    int begin = 0;
    for (int part = 0; part < ends.size(); part++) {
      partial.run(part, begin, ends.get(part), sums);
      for (int i = 0; i < all.length; i++) {
        all[i] += sums[i];
      }
      begin = ends.get(part);
    }
    for (int i = 0; i < all.length; i++) {
      sums[i] = (float) all[i];
    }
  }

  /** Returns some columns of a row-major matrix. */
  private static float[] columns(float[] matrix, int width, int begin, int end) {
    int own = end - begin;
    float[] columns = new float[matrix.length / width * own];
    for (int row = 0; row * own < columns.length; row++) {
      System.arraycopy(matrix, row * width + begin, columns, row * own, own);
    }
    return columns;
  }

  @Override
  public void close() {
    workspaces.forEach(Workspace::close);
    scope.close();
  }

  /** The kernels of a product: a conversion of each factor, if its format is not float32. */
  private record Kernels(List<Workspace.Kernel> conversions, Workspace.Kernel product) {
    void run() {
      conversions.forEach(Workspace.Kernel::run);
      product.run();
    }
  }

  /** Some rows of a filter's results, with the rows of the input that they read. */
  private record Rows(int thread, int from, int end, int top, int bottom, int count) {}

  private final class Native implements Filter {
    private final Window window;
    private final DataType format;
    private final Memory plain;
    private final Map<Rows, Kernels> kernels = new ConcurrentHashMap<>();
    private final List<Packed> packed = new ArrayList<>();

    /** Weights in an order that some kernels prefer. */
    private record Packed(dnnl_memory_desc order, Memory memory) {}

    Native(Window window, float[] weights, DataType format) {
      this.window = window;
      this.format = format;
      this.plain = new Memory(scope, (long) weights.length * Float.BYTES);
      plain.floats(0, weights.length).put(weights);
      workspaces.forEach(
          workspace -> workspace.reserve(2L * window.size(), 0, 2L * window.outSize()));
    }

    @Override
    public void run(float[] x, float factor, int images, float[] sums, Crew crew) {
      crew.each(
          part -> {
            int thread = crew.size() == 1 ? crew.member() : part;
            if (window.isMatrix()) {
              int positions = images * window.height() * window.width();
              int begin = positions * part / crew.size();
              int end = positions * (part + 1) / crew.size();
              var rows = new Rows(thread, begin, end, 0, 0, end - begin);
              run(rows, x, factor, begin, sums, begin);
            } else {
              for (int image = 0; image < images; image++) {
                rows(thread, part, crew.size(), x, factor, image, sums);
              }
            }
          });
    }

    private void rows(
        int thread, int part, int parts, float[] x, float factor, int image, float[] sums) {
      int first = window.outHeight() * part / parts;
      int last = window.outHeight() * (part + 1) / parts;
      int top = first * window.stride() - window.pad();
      int bottom = (last - 1) * window.stride() - window.pad() + window.kernel();
      int begin = Math.max(0, top);
      int end = Math.min(window.height(), bottom);
      run(
          new Rows(thread, begin, end, begin - top, bottom - end, last - first),
          x,
          factor,
          (image * window.height() + begin) * window.width(),
          sums,
          (image * window.outHeight() + first) * window.outWidth());
    }

    /** Computes some rows; positions are counted from the first image on. */
    private void run(Rows rows, float[] x, float factor, int from, float[] sums, int to) {
      if (rows.count == 0) {
        return;
      }
      var workspace = workspaces.get(rows.thread);
      int row = window.isMatrix() ? 1 : window.width();
      int outRow = window.isMatrix() ? 1 : window.outWidth();
      int first = from * window.in();
      int count = (rows.end - rows.from) * row * window.in();
      if (format == DataType.FLOAT32) {
        float[] integers = workspace.scratch(count);
        Products.round(x, first, first + count, factor, integers, 0);
        workspace.floats(Place.FIRST).put(integers, 0, count);
      } else {
        workspace.floats(Place.FIRST).put(x, first, count);
        workspace.floats(Place.FACTOR).put(0, factor);
      }
      kernels.computeIfAbsent(rows, this::kernels).run();
      workspace.floats(Place.SUMS).get(sums, to * window.out(), rows.count * outRow * window.out());
    }

    private Kernels kernels(Rows rows) {
      var workspace = workspaces.get(rows.thread);
      long in = window.in();
      long out = window.out();
      if (window.isMatrix()) {
        long[] dims = {rows.count, in};
        long[] outDims = {rows.count, out};
        var source = workspace.strided(format, dims, in, 1);
        var target = workspace.strided(DataType.FLOAT32, outDims, out, 1);
        var any = workspace.any(format, in, out);
        var product =
            workspace
            .new Kernel(
                "exact matrix",
                (d, e, a) -> dnnl_matmul_primitive_desc_create(d, e, source, any, null, target, a));
        return kernels(workspace, product, source, target, rows.count * in);
      }
      long width = window.width();
      long k = window.kernel();
      long[] dims = {1, in, rows.end - rows.from, width};
      long[] strides = {dims[2] * width * in, 1, width * in, in};
      long[] outDims = {1, out, rows.count, window.outWidth()};
      long outWidth = window.outWidth();
      var source = workspace.strided(format, dims, strides);
      var target =
          workspace.strided(
              DataType.FLOAT32, outDims, rows.count * outWidth * out, 1, outWidth * out, out);
      var any = workspace.any(format, out, in, k, k);
      long right = (outWidth - 1) * window.stride() - window.pad() + k - width;
      var product =
          workspace
          .new Kernel(
              "exact convolution",
              (d, e, a) ->
                  dnnl_convolution_forward_primitive_desc_create(
                      d,
                      e,
                      dnnl_forward_inference,
                      dnnl_convolution_direct,
                      source,
                      any,
                      null,
                      target,
                      new long[] {window.stride(), window.stride()},
                      new long[] {0, 0},
                      new long[] {rows.top, window.pad()},
                      new long[] {rows.bottom, Math.max(0, right)},
                      a));
      return kernels(workspace, product, source, target, dims[1] * dims[2] * dims[3]);
    }

    private Kernels kernels(
        Workspace workspace,
        Workspace.Kernel product,
        dnnl_memory_desc source,
        dnnl_memory_desc target,
        long count) {
      var weights = packed(product);
      product.with(DNNL_ARG_WEIGHTS, weights.order, weights.memory);
      product.with(DNNL_ARG_DST, target, Place.SUMS);
      if (format == DataType.FLOAT32) {
        return new Kernels(List.of(), product.with(DNNL_ARG_SRC, source, Place.FIRST).ready());
      }
      var conversion = workspace.rounded(count, Place.FIRST, Place.FIRST_CONVERTED);
      return new Kernels(
          List.of(conversion), product.with(DNNL_ARG_SRC, source, Place.FIRST_CONVERTED).ready());
    }

    /** Returns the weights in the order that a kernel prefers. */
    private Packed packed(Workspace.Kernel product) {
      var order = dnnl_primitive_desc_query_md(product.description, dnnl_query_weights_md, 0);
      synchronized (packed) {
        for (Packed known : packed) {
          if (dnnl_memory_desc_equal(known.order, order) != 0) {
            return known;
          }
        }
        var made = pack(order);
        packed.add(made);
        return made;
      }
    }

    private Packed pack(dnnl_memory_desc wanted) {
      synchronized (scope) {
        var order = new Descriptions(scope).copy(wanted);
        var memory = new Memory(scope, dnnl_memory_desc_get_size(order));
        long in = window.in();
        long out = window.out();
        long k = window.kernel();
        try (var temporary = new Workspace()) {
          var from =
              window.isMatrix()
                  ? temporary.strided(DataType.FLOAT32, new long[] {in, out}, 1, in)
                  : temporary.strided(
                      DataType.FLOAT32, new long[] {out, in, k, k}, k * k * in, 1, k * in, in);
          temporary.copy(from, plain, order, memory).run();
        }
        return new Packed(order, memory);
      }
    }
  }

  /** A product of two computed matrices. */
  private final class NativePair {
    private final int m;
    private final int n;
    private final int k;
    private final Map<Integer, Kernels> kernels = new ConcurrentHashMap<>();

    NativePair(int m, int n, int k) {
      this.m = m;
      this.n = n;
      this.k = k;
      workspaces.forEach(w -> w.reserve((long) m * k, (long) n * k, (long) m * n));
    }

    void run(float[] a, float[] b, float[] sums, int thread) {
      var workspace = workspaces.get(thread);
      workspace.floats(Place.FIRST).put(a, 0, m * k);
      workspace.floats(Place.SECOND).put(b, 0, n * k);
      workspace.floats(Place.FACTOR).put(0, 1);
      kernels.computeIfAbsent(thread, this::kernels).run();
      workspace.floats(Place.SUMS).get(sums, 0, m * n);
    }

    private Kernels kernels(int thread) {
      var w = workspaces.get(thread);
      long[] first = {m, k};
      long[] second = {k, n};
      var a = w.strided(type, first, k, 1);
      var b = w.strided(type, second, 1, k);
      var to = w.strided(DataType.FLOAT32, new long[] {m, n}, n, 1);
      boolean isWide = type == DataType.FLOAT32;
      var product =
          w
              .new Kernel(
                  "exact product",
                  (d, e, attributes) ->
                      dnnl_matmul_primitive_desc_create(d, e, a, b, null, to, attributes))
              .with(DNNL_ARG_SRC, a, isWide ? Place.FIRST : Place.FIRST_CONVERTED)
              .with(DNNL_ARG_WEIGHTS, b, isWide ? Place.SECOND : Place.SECOND_CONVERTED)
              .with(DNNL_ARG_DST, to, Place.SUMS)
              .ready();
      if (isWide) {
        return new Kernels(List.of(), product);
      }
      return new Kernels(
          List.of(
              w.rounded((long) m * k, Place.FIRST, Place.FIRST_CONVERTED),
              w.rounded((long) n * k, Place.SECOND, Place.SECOND_CONVERTED)),
          product);
    }
  }
}
