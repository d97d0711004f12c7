package io.diffusion4j.onednn.core;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.Optional;

/** The functions of the C library, of which each system has its own. */
final class CLibrary {
  private CLibrary() {}

  /** Returns a function, or empty if this system has no function of this name. */
  static Optional<Function> function(String name) {
    try {
      return Optional.of(NativeLibrary.getInstance("c").getFunction(name));
    } catch (UnsatisfiedLinkError e) {
      return Optional.empty();
    }
  }
}
