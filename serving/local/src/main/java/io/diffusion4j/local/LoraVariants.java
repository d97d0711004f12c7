package io.diffusion4j.local;

import io.diffusion4j.diffusion.pipeline.AppliedLora;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.pipeline.OpenPipeline;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;

/**
 * Variants of one model with registered low-rank updates in its weights. A variant is loaded on
 * demand; at most {@link #MAX} are in memory, and the least recently used one is evicted.
 *
 * <p>Thread-safe. While all are in use, a request for another variant waits.
 */
final class LoraVariants implements AutoCloseable {
  /** The largest number of variants of a model in memory. */
  static final int MAX = 2;

  private final Map<String, String> digests;
  private final Function<List<AppliedLora>, OpenPipeline> opener;
  private final Map<List<AppliedLora>, Variant> open = new LinkedHashMap<>(16, 0.75f, true);
  private boolean closed;

  /** An open variant, and the number of its users. */
  private static final class Variant {
    private final OpenPipeline model;
    private int users;

    Variant(OpenPipeline model) {
      this.model = model;
    }
  }

  /**
   * Creates the variants of one model.
   *
   * @param digests the digests of the registered updates by name
   * @param opener opens the model with updates
   */
  LoraVariants(Map<String, String> digests, Function<List<AppliedLora>, OpenPipeline> opener) {
    this.digests = new ConcurrentSkipListMap<>(digests);
    this.opener = opener;
  }

  /** Returns the registered updates: their digests by name. */
  Map<String, String> digests() {
    return Map.copyOf(digests);
  }

  /** Adds registered updates: their digests by name. */
  void add(Map<String, String> more) {
    digests.putAll(more);
  }

  /** Works with a variant, which stays open meanwhile. */
  <R> R use(List<AppliedLora> loras, Function<ImagePipeline, R> work) {
    Variant variant = acquire(loras);
    try {
      return work.apply(variant.model.pipeline());
    } finally {
      release(variant);
    }
  }

  private synchronized Variant acquire(List<AppliedLora> loras) {
    while (!closed && !open.containsKey(loras) && open.size() >= MAX && !closeIdle()) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while all variants were in use", e);
      }
    }
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    Variant variant = open.computeIfAbsent(loras, absent -> new Variant(opener.apply(absent)));
    variant.users++;
    return variant;
  }

  private synchronized void release(Variant variant) {
    variant.users--;
    if (closed && variant.users == 0) {
      variant.model.close();
    }
    notifyAll();
  }

  /** Closes the least recently used idle variant, if any is idle. */
  private boolean closeIdle() {
    for (Iterator<Variant> all = open.values().iterator(); all.hasNext(); ) {
      Variant variant = all.next();
      if (variant.users == 0) {
        all.remove();
        variant.model.close();
        return true;
      }
    }
    return false;
  }

  /** Closes idle variants now, and the others after their last use. */
  @Override
  public synchronized void close() {
    closed = true;
    open.values().stream().filter(v -> v.users == 0).forEach(v -> v.model.close());
    open.clear();
    notifyAll();
  }
}
