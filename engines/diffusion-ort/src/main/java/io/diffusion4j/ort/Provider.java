package io.diffusion4j.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;

/** The kinds of devices of ONNX Runtime, each with its name on the command line. */
enum Provider {
  /** All processors that ONNX Runtime is built for. */
  CPU("ort", OrtProvider.CPU) {
    @Override
    void addTo(SessionOptions options) {
      // it is always there, after all others
    }
  },
  /** NVIDIA's devices; in the library {@code onnxruntime_gpu}. */
  CUDA("ort:cuda", OrtProvider.CUDA) {
    @Override
    void addTo(SessionOptions options) throws OrtException {
      options.addCUDA();
    }
  },
  /** Apple's devices. */
  CORE_ML("ort:coreml", OrtProvider.CORE_ML) {
    @Override
    void addTo(SessionOptions options) throws OrtException {
      options.addCoreML();
    }
  },
  /** Devices with DirectX 12, on Windows. */
  DIRECT_ML("ort:directml", OrtProvider.DIRECT_ML) {
    @Override
    void addTo(SessionOptions options) throws OrtException {
      options.addDirectML(0);
    }
  };

  /** The name of the engine. */
  final String engine;

  final OrtProvider provider;

  Provider(String engine, OrtProvider provider) {
    this.engine = engine;
    this.provider = provider;
  }

  /** Adds the provider to the options of a session. */
  abstract void addTo(SessionOptions options) throws OrtException;
}
