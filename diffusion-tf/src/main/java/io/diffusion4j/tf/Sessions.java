package io.diffusion4j.tf;

import io.diffusion4j.nn.engine.Threads;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;

/** The one place where threads and devices are decided. */
public final class Sessions {
  private Sessions() {}

  /** Opens a session on a complete graph, on all processors. Nothing may add operations after. */
  public static Session open(Graph graph) {
    return open(graph, Threads.all());
  }

  /**
   * Opens a session on a complete graph. Nothing may add operations after.
   *
   * @param threads how many operations run at once. The threads within an operation belong to the
   *     process: TensorFlow makes as many as the first session asks for.
   */
  public static Session open(Graph graph, Threads threads) {
    var config = ConfigProto.newBuilder().setAllowSoftPlacement(true);
    if (threads.count() != Runtime.getRuntime().availableProcessors()) { // its own choice
      config
          .setIntraOpParallelismThreads(threads.count())
          .setInterOpParallelismThreads(threads.count())
          .setUsePerSessionThreads(true);
    }
    return new Session(graph, config.build());
  }
}
