package io.diffusion4j.tf;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** The memory that natives allocate. */
final class NativeHeap {
  private static final System.Logger LOG = System.getLogger(NativeHeap.class.getName());

  private NativeHeap() {}

  /**
   * Gives back to the system what was freed: glibc keeps it in its arenas, so that a network that
   * is closed would stay resident. Does nothing where the virtual machine does not offer it, as
   * others than HotSpot on Linux.
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
