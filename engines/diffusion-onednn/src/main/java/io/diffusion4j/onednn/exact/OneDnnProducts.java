package io.diffusion4j.onednn.exact;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.nn.exact.Crew;
import io.diffusion4j.nn.exact.Products;
import io.diffusion4j.nn.exact.Quantised;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Descriptions;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.exact.Workspace.Place;
import java.nio.FloatBuffer;
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

  /** Multiplications that are worth a thread. */
  private static final long SHARED = 1 << 18;

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
  public Filter filter(Window window, List<float[]> weights) {
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
      int from = begin;
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
      var own = weights.stream().map(limb -> columns(limb, window.in(), from, end)).toList();
      parts.add(new Native(part, own, DataType.FLOAT32));
      begin = end;
    }
    int limbs = weights.size() * weights.size();
    int positions = window.outSize() / window.out();
    return (x, factor, sums, crew) -> {
      float[] all = new float[limbs * window.outSize()];
      divided(
          ends,
          all,
          (part, from, to, partial) -> {
            Sums copied =
                (own, position, count) -> {
                  for (int i = 0; i < limbs; i++) {
                    int n = count * window.out();
                    own.get(i * n, partial, i * window.outSize() + position * window.out(), n);
                  }
                };
            parts.get(part).run(columns(x, window.in(), from, to), factor, copied, crew);
          });
      sums.take(FloatBuffer.wrap(all), 0, positions);
    };
  }

  /** Returns the ends of ranges of inputs whose sums are exact in float32. */
  private static List<Integer> ends(Window w, List<float[]> limbs) {
    int taps = w.kernel() * w.kernel();
    int sums = limbs.size() * w.out();
    double[] most = new double[sums];
    List<Integer> ends = new ArrayList<>();
    for (int i = 0; i < w.in(); i++) {
      double[] own = new double[sums];
      boolean fits = true;
      for (int sum = 0; sum < sums; sum++) {
        float[] weights = limbs.get(sum / w.out());
        for (int tap = 0; tap < taps; tap++) {
          own[sum] += Math.abs(weights[(sum % w.out() * taps + tap) * w.in() + i]) * LARGEST;
        }
        most[sum] += own[sum];
        fits &= most[sum] < EXACT;
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

  /** Kernels of a product, one after the other. */
  private static void run(List<Workspace.Kernel> kernels) {
    for (Workspace.Kernel kernel : kernels) {
      kernel.run();
    }
  }

  /** Some rows of a filter's results, with the rows of the input that they read. */
  private record Rows(int thread, int from, int end, int top, int bottom, int count) {}

  private final class Native implements Filter {
    private final Window window;
    private final DataType format;
    private final int limbs;
    private final List<Memory> plain = new ArrayList<>();
    private final Map<Rows, List<Workspace.Kernel>> kernels = new ConcurrentHashMap<>();
    private final List<Packed> packed = new ArrayList<>();

    /** A limb of the weights in an order that some kernels prefer. */
    private record Packed(int limb, dnnl_memory_desc order, Memory memory) {}

    Native(Window window, List<float[]> weights, DataType format) {
      this.window = window;
      this.format = format;
      this.limbs = weights.size();
      for (float[] limb : weights) {
        var memory = new Memory(scope, (long) limb.length * Float.BYTES);
        memory.floats(0, limb.length).put(limb);
        plain.add(memory);
      }
      long sums = (long) limbs * limbs * window.outSize();
      workspaces.forEach(w -> w.reserve((long) limbs * window.size(), 0, sums));
    }

    @Override
    public void run(float[] x, float factor, Sums sums, Crew crew) {
      long each = (long) window.kernel() * window.kernel() * window.in();
      if (crew.size() == 1 || each * window.outSize() < SHARED) {
        run(crew.member(), 0, 1, x, factor, sums);
      } else {
        crew.each(part -> run(part, part, crew.size(), x, factor, sums));
      }
    }

    private void run(int thread, int part, int parts, float[] x, float factor, Sums sums) {
      int height = window.isMatrix() ? window.height() * window.width() : window.outHeight();
      int first = height * part / parts;
      int last = height * (part + 1) / parts;
      int top = first * window.stride() - window.pad();
      int bottom = (last - 1) * window.stride() - window.pad() + window.kernel();
      int begin = Math.max(0, top);
      int end = window.isMatrix() ? last : Math.min(window.height(), bottom);
      if (first < last) {
        var rows = new Rows(thread, begin, end, begin - top, bottom - end, last - first);
        run(rows, x, factor, sums, first);
      }
    }

    private void run(Rows rows, float[] x, float factor, Sums sums, int first) {
      var workspace = workspaces.get(rows.thread);
      int row = window.isMatrix() ? window.in() : window.width() * window.in();
      int outRow = window.isMatrix() ? 1 : window.outWidth();
      int count = (rows.end - rows.from) * row;
      Quantised.write(x, rows.from * row, count, factor, limbs, workspace.floats(Place.FIRST), 0);
      OneDnnProducts.run(kernels.computeIfAbsent(rows, this::kernels));
      sums.take(workspace.floats(Place.SUMS), first * outRow, rows.count * outRow);
    }

    private List<Workspace.Kernel> kernels(Rows rows) {
      var workspace = workspaces.get(rows.thread);
      long in = window.in();
      long out = window.out();
      long width = window.width();
      long k = window.kernel();
      long height = (long) rows.end - rows.from;
      List<Workspace.Kernel> all = new ArrayList<>();
      var from = Place.FIRST;
      if (format != DataType.FLOAT32) {
        long count = limbs * in * height * (window.isMatrix() ? 1 : width);
        all.add(workspace.converted(count, Place.FIRST, Place.FIRST_CONVERTED));
        from = Place.FIRST_CONVERTED;
      }
      dnnl_memory_desc source;
      dnnl_memory_desc target;
      if (window.isMatrix()) {
        source = workspace.strided(format, new long[] {limbs * height, in}, in, 1);
        target = workspace.strided(DataType.FLOAT32, new long[] {limbs * height, out}, out, 1);
      } else {
        source = workspace.images(format, limbs, in, height, width);
        target = workspace.images(DataType.FLOAT32, limbs, out, rows.count, window.outWidth());
      }
      long right = (window.outWidth() - 1L) * window.stride() - window.pad() + k - width;
      long sums = limbs * out * rows.count * (window.isMatrix() ? 1 : window.outWidth());
      for (int limb = 0; limb < limbs; limb++) {
        var product =
            window.isMatrix()
                ? workspace
                .new Kernel(
                    "exact matrix",
                    (d, e, a) ->
                        dnnl_matmul_primitive_desc_create(
                            d, e, source, workspace.any(format, in, out), null, target, a))
                : workspace
                .new Kernel(
                    "exact convolution",
                    (d, e, a) ->
                        dnnl_convolution_forward_primitive_desc_create(
                            d,
                            e,
                            dnnl_forward_inference,
                            dnnl_convolution_direct,
                            source,
                            workspace.any(format, out, in, k, k),
                            null,
                            target,
                            new long[] {window.stride(), window.stride()},
                            new long[] {0, 0},
                            new long[] {rows.top, window.pad()},
                            new long[] {rows.bottom, Math.max(0, right)},
                            a));
        var weights = packed(limb, product);
        all.add(
            product
                .with(DNNL_ARG_SRC, source, from)
                .with(DNNL_ARG_WEIGHTS, weights.order, weights.memory, 0)
                .with(DNNL_ARG_DST, target, Place.SUMS, limb * sums * Float.BYTES)
                .ready());
      }
      return all;
    }

    /** Returns a limb of the weights in the order that a kernel prefers. */
    private Packed packed(int limb, Workspace.Kernel product) {
      var order = dnnl_primitive_desc_query_md(product.description, dnnl_query_weights_md, 0);
      synchronized (packed) {
        for (Packed known : packed) {
          if (known.limb == limb && dnnl_memory_desc_equal(known.order, order) != 0) {
            return known;
          }
        }
        var made = pack(limb, order);
        packed.add(made);
        return made;
      }
    }

    private Packed pack(int limb, dnnl_memory_desc wanted) {
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
                  : temporary.images(DataType.FLOAT32, out, in, k, k);
          temporary.copy(from, plain.get(limb), order, memory).run();
        }
        return new Packed(limb, order, memory);
      }
    }
  }

  /** A product of two computed matrices. */
  private final class NativePair {
    private final int m;
    private final int n;
    private final int k;
    private final Map<Integer, List<Workspace.Kernel>> kernels = new ConcurrentHashMap<>();

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
      OneDnnProducts.run(kernels.computeIfAbsent(thread, this::kernels));
      workspace.floats(Place.SUMS).get(sums, 0, m * n);
    }

    private List<Workspace.Kernel> kernels(int thread) {
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
      return isWide
          ? List.of(product)
          : List.of(
              w.converted((long) m * k, Place.FIRST, Place.FIRST_CONVERTED),
              w.converted((long) n * k, Place.SECOND, Place.SECOND_CONVERTED),
              product);
    }
  }
}
