package io.diffusion4j.tf;

import static org.tensorflow.internal.c_api.global.tensorflow.TFE_ContextListDevices;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_DeleteContext;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_DeleteContextOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_NewContext;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_NewContextOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteDeviceList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListCount;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListMemoryBytes;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListType;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetCode;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Message;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewStatus;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Status;

/** The TensorFlow engine, which runs every network on every supported machine. */
public final class TensorFlowEngine implements Engine {
  /** Creates the engine; the library is loaded at its first use. */
  public TensorFlowEngine() {}

  @Override
  public String name() {
    return "tensorflow";
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    return Precision.FLOATING.contains(precision)
        ? Optional.empty()
        : Optional.of("TensorFlow computes in float32 and bfloat16");
  }

  @Override
  public boolean isLastResort() {
    return true;
  }

  @Override
  public long liveTensors() {
    return Pointer.totalCount();
  }

  @Override
  public List<String> accelerators() {
    return Accelerators.list();
  }

  @Override
  public Optional<String> acceleratorLibraries() {
    return Optional.of(CudaLibraries.report());
  }

  @Override
  public List<Executable> compile(
      Network network, List<Network> variants, TensorSource weights, Compute compute) {
    return TensorFlowNetwork.of(network, variants, weights, compute);
  }

  @Override
  public Executable compileWithGradient(
      Network network, String input, TensorSource weights, Compute compute) {
    return TensorFlowNetwork.withGradient(network, input, weights, compute);
  }

  /** The devices of TensorFlow other than processors. */
  private static final class Accelerators {
    private static final String PROCESSOR = "CPU";

    private Accelerators() {}

    /**
     * Lists the devices, for example {@code GPU:0, 81920 MiB}.
     *
     * @throws IllegalStateException if TensorFlow cannot open its devices
     */
    static List<String> list() {
      var status = TF_NewStatus();
      var options = TFE_NewContextOptions();
      try {
        var context = TFE_NewContext(options, status);
        check(status);
        try {
          var devices = TFE_ContextListDevices(context, status);
          check(status);
          try {
            return names(devices, status);
          } finally {
            TF_DeleteDeviceList(devices);
          }
        } finally {
          TFE_DeleteContext(context);
        }
      } finally {
        TFE_DeleteContextOptions(options);
        TF_DeleteStatus(status);
      }
    }

    private static List<String> names(TF_DeviceList devices, TF_Status status) {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < TF_DeviceListCount(devices); i++) {
        String type = TF_DeviceListType(devices, i, status).getString();
        String name = TF_DeviceListName(devices, i, status).getString();
        long bytes = TF_DeviceListMemoryBytes(devices, i, status);
        check(status);
        if (!type.equals(PROCESSOR)) {
          names.add(
              name.substring(name.lastIndexOf("device:") + 7) + ", " + (bytes >> 20) + " MiB");
        }
      }
      return names;
    }

    private static void check(TF_Status status) {
      if (TF_GetCode(status) != 0) {
        throw new IllegalStateException("TensorFlow's devices: " + TF_Message(status).getString());
      }
    }
  }
}
