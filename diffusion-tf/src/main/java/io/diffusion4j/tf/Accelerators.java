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

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Status;

/** The devices of TensorFlow other than processors. */
final class Accelerators {
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
        names.add(name.substring(name.lastIndexOf("device:") + 7) + ", " + (bytes >> 20) + " MiB");
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
