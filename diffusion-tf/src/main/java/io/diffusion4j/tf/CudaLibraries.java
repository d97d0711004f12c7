package io.diffusion4j.tf;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/** The libraries of CUDA that TensorFlow's natives for GPUs load when they open a device. */
final class CudaLibraries {
  /** Those of TensorFlow 2.18, by its tested build configurations. */
  static final String BUILT_FOR = "CUDA 12.5 and cuDNN 9.3, not CUDA 13, not Blackwell";

  /** The driver first. */
  static final List<String> NAMES =
      List.of(
          "libcuda.so.1",
          "libcudart.so.12",
          "libcublas.so.12",
          "libcublasLt.so.12",
          "libcufft.so.11",
          "libcusolver.so.11",
          "libcusparse.so.12",
          "libcudnn.so.9");

  private CudaLibraries() {}

  /** Describes the versions and the libraries, each as found or missing. */
  static String report() {
    Loader.load(Pointer.class); // with the call that opens libraries
    Map<Boolean, String> byPresence =
        NAMES.stream()
            .collect(Collectors.partitioningBy(CudaLibraries::isFound, Collectors.joining(", ")));
    return "TensorFlow's natives for GPUs are built for "
        + BUILT_FOR
        + "; found: "
        + orNone(byPresence.getOrDefault(true, ""))
        + "; missing: "
        + orNone(byPresence.getOrDefault(false, ""));
  }

  private static String orNone(String names) {
    return names.isEmpty() ? "none" : names;
  }

  private static boolean isFound(String name) {
    try {
      Loader.loadGlobal(name);
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }
}
