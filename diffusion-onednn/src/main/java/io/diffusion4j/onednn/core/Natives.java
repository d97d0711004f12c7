package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.bytedeco.dnnl.global.dnnl.dnnl_set_primitive_cache_capacity;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.javacpp.Loader;

/**
 * oneDNN, loaded: its engine, and what it takes to run it on threads of ours.
 *
 * <p>It is built on OpenMP, whose threads spin while they wait: beside other work every operation
 * then takes a time slice. So each thread of a {@link Team} tells OpenMP that it works alone.
 */
public final class Natives {
  /** Programs have a few hundred different primitives; those of several networks are kept. */
  private static final int PRIMITIVES_KEPT = 4096;

  /** Loads on first use; a failure is told each time. */
  private static final class Holder {
    static final Natives INSTANCE = new Natives();
  }

  private final dnnl_engine engine = new dnnl_engine();
  private final Function setThreads;

  private Natives() {
    Loader.load(org.bytedeco.dnnl.global.dnnl.class);
    Dnnl.check(dnnl_engine_create(engine, dnnl_cpu, 0), "engine");
    Dnnl.check(dnnl_set_primitive_cache_capacity(PRIMITIVES_KEPT), "primitive cache");
    setThreads = NativeLibrary.getInstance(openMp()).getFunction("omp_set_num_threads");
  }

  /**
   * The library.
   *
   * @throws LinkageError if there is none for this machine
   * @throws IllegalStateException if it does not start
   */
  public static Natives get() {
    return Holder.INSTANCE;
  }

  public dnnl_engine engine() {
    return engine;
  }

  /** Has OpenMP work on the calling thread alone, when it is called from there. */
  void workAlone() {
    setThreads.invokeVoid(new Object[] {1});
  }

  /** Whether the processor has the instructions that make a precision fast. */
  public static boolean fast(Precision precision) {
    int needed =
        precision == Precision.BFLOAT16 ? dnnl_cpu_isa_avx512_core_bf16 : dnnl_cpu_isa_avx512_core;
    return (dnnl_get_effective_cpu_isa() & needed) == needed;
  }

  /** The one OpenMP library in this process, which may be the system's or the one that came. */
  private static String openMp() {
    try {
      List<String> paths =
          Files.readAllLines(Path.of("/proc/self/maps")).stream()
              .filter(line -> line.contains("libgomp"))
              .map(line -> line.substring(line.indexOf('/')))
              .distinct()
              .toList();
      if (paths.size() != 1) {
        throw new IllegalStateException("libgomp: " + paths + " (expected: one in this process)");
      }
      return paths.get(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
