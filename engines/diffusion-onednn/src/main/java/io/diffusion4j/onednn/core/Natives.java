package io.diffusion4j.onednn.core;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2_vnni;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2_vnni_2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_amx;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_amx_fp16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_fp16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_vnni;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_sse41;
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
 * The loaded oneDNN library: its engine, and the support for running it on our own threads.
 *
 * <p>It is built on OpenMP, whose threads spin while they wait: on a busy machine, every operation
 * would then take a time slice. So each thread of a {@link WorkerPool} sets OpenMP's number of
 * threads to one, and so does a caller that takes a share, meanwhile.
 */
public final class Natives {
  /**
   * Size of the primitive cache: a program has a few hundred different primitives, and several
   * networks should fit.
   */
  private static final int PRIMITIVES_KEPT = 4096;

  /** Loads at first use; a failure is thrown each time. */
  private static final class Holder {
    static final Natives INSTANCE = new Natives();
  }

  private final dnnl_engine engine = new dnnl_engine();
  private final Function getThreads;
  private final Function setThreads;

  private Natives() {
    Loader.load(org.bytedeco.dnnl.global.dnnl.class);
    Dnnl.check(dnnl_engine_create(engine, dnnl_cpu, 0), "engine");
    Dnnl.check(dnnl_set_primitive_cache_capacity(PRIMITIVES_KEPT), "primitive cache");
    var openMp = NativeLibrary.getInstance(openMp());
    getThreads = openMp.getFunction("omp_get_max_threads");
    setThreads = openMp.getFunction("omp_set_num_threads");
  }

  /**
   * Returns the library.
   *
   * @throws LinkageError if there is none for this machine
   * @throws IllegalStateException if it cannot be initialised
   */
  public static Natives get() {
    return Holder.INSTANCE;
  }

  /** Returns oneDNN's engine of the processor. */
  public dnnl_engine engine() {
    return engine;
  }

  /** Makes OpenMP work only on the calling thread, for calls from it. */
  void workAlone() {
    setThreads.invokeVoid(new Object[] {1});
  }

  /** Returns the number of threads with which OpenMP works for the calling thread. */
  int openMpThreads() {
    return getThreads.invokeInt(new Object[0]);
  }

  /** Runs a task during which OpenMP works only on the calling thread, for calls from it. */
  public void alone(Runnable task) {
    int before = openMpThreads();
    workAlone();
    try {
      task.run();
    } finally {
      setThreads.invokeVoid(new Object[] {before});
    }
  }

  /** Whether the processor has the instructions that make runs in a precision fast. */
  public static boolean fast(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> has(dnnl_cpu_isa_avx2);
      case BFLOAT16 -> has(dnnl_cpu_isa_avx512_core_bf16);
      case INT8 -> has(dnnl_cpu_isa_avx512_core_vnni);
      case EXACT -> has(dnnl_cpu_isa_avx512_core_vnni) || has(dnnl_cpu_isa_avx2_vnni);
    };
  }

  /** Whether the processor has the instructions that gradients of convolutions need. */
  public static boolean trains() {
    return has(dnnl_cpu_isa_avx512_core); // with less, the library crashes in gradients by weights
  }

  /** Returns the instruction set that the library uses, by the name in its setting for the most. */
  public static String instructionSet() {
    int set = dnnl_get_effective_cpu_isa();
    return switch (set) {
      case dnnl_cpu_isa_sse41 -> "sse41";
      case dnnl_cpu_isa_avx -> "avx";
      case dnnl_cpu_isa_avx2 -> "avx2";
      case dnnl_cpu_isa_avx2_vnni -> "avx2_vnni";
      case dnnl_cpu_isa_avx2_vnni_2 -> "avx2_vnni_2";
      case dnnl_cpu_isa_avx512_core -> "avx512_core";
      case dnnl_cpu_isa_avx512_core_vnni -> "avx512_core_vnni";
      case dnnl_cpu_isa_avx512_core_bf16 -> "avx512_core_bf16";
      case dnnl_cpu_isa_avx512_core_fp16 -> "avx512_core_fp16";
      case dnnl_cpu_isa_avx512_core_amx -> "avx512_core_amx";
      case dnnl_cpu_isa_avx512_core_amx_fp16 -> "avx512_core_amx_fp16";
      default -> "isa_" + set; // of another architecture or a later version
    };
  }

  private static boolean has(int instructions) {
    return (dnnl_get_effective_cpu_isa() & instructions) == instructions;
  }

  /** Finds the OpenMP library of this process, which may be the system's or the bundled one. */
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
