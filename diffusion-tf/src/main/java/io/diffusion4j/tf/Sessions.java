package io.diffusion4j.tf;

import io.diffusion4j.nn.engine.Threads;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;

/** Opens sessions. Threads and devices are configured only here. */
public final class Sessions {
  private Sessions() {}

  /**
   * Opens a session on a complete graph, on all processors. No operation may be added afterwards.
   */
  public static Session open(Graph graph) {
    return open(graph, Threads.all());
  }

  /**
   * Opens a session on a complete graph. No operation may be added afterwards.
   *
   * @param threads number of operations that run at once. The threads within an operation belong to
   *     the process: the first session sets their number.
   */
  public static Session open(Graph graph, Threads threads) {
    var config = ConfigProto.newBuilder().setAllowSoftPlacement(true);
    if (threads.count() != Runtime.getRuntime().availableProcessors()) { // TensorFlow's default
      config
          .setIntraOpParallelismThreads(threads.count())
          .setInterOpParallelismThreads(threads.count())
          .setUsePerSessionThreads(true);
    }
    return new Session(graph, config.build());
  }
}
