package io.diffusion4j.tf;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** The heap of native allocations. */
final class NativeHeap {
  private static final System.Logger LOG = System.getLogger(NativeHeap.class.getName());

  private NativeHeap() {}

  /**
   * Returns freed memory to the system: glibc keeps it in its arenas, so a closed network would
   * stay resident. Does nothing on virtual machines without this function; only HotSpot on Linux
   * has it.
   */
  static void trim() {
    try {
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "systemTrimNativeHeap",
              new Object[0],
              new String[0]);
    } catch (JMException e) {
      LOG.log(System.Logger.Level.DEBUG, "the native heap cannot be trimmed", e);
    }
  }
}
