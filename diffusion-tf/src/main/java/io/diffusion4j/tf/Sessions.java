package io.diffusion4j.tf;

import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;

/** The one place where threads and devices are decided. */
public final class Sessions {
  private Sessions() {}

  /**
   * Opens a session on a complete graph. Nothing may add operations after.
   *
   * <p>The system properties {@code diffusion4j.intraThreads} and {@code diffusion4j.interThreads}
   * set the threads within and between operations; TensorFlow decides where they are absent.
   */
  public static Session open(Graph graph) {
    return new Session(
        graph,
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(Integer.getInteger("diffusion4j.intraThreads", 0))
            .setInterOpParallelismThreads(Integer.getInteger("diffusion4j.interThreads", 0))
            .setAllowSoftPlacement(true)
            .build());
  }
}
