package io.diffusion4j.pipeline;

import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.engine.CompiledNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * One network at several sizes, each compiled on first use. The least recently used sizes are
 * closed. Thread-safe: users wait for each other. Holds native memory until it is closed.
 */
public final class SizedNetworks implements AutoCloseable {
  /** Each size has its own copy of the weights, so few are kept. */
  private static final int MAX = 2;

  private final Function<Pixels, CompiledNetwork> compile;
  private final Map<Pixels, CompiledNetwork> open = new LinkedHashMap<>(MAX, 0.75f, true);

  /** Creates networks that are compiled on first use. */
  public SizedNetworks(Function<Pixels, CompiledNetwork> compile) {
    this.compile = compile;
  }

  /** Works with the network of a size, which stays open meanwhile. */
  public synchronized <R> R use(Pixels size, Function<CompiledNetwork, R> work) {
    var network = open.get(size);
    if (network == null) {
      if (open.size() == MAX) {
        var eldest = open.values().iterator();
        eldest.next().close();
        eldest.remove();
      }
      network = compile.apply(size);
      open.put(size, network);
    }
    return work.apply(network);
  }

  @Override
  public synchronized void close() {
    open.values().forEach(CompiledNetwork::close);
    open.clear();
  }
}
