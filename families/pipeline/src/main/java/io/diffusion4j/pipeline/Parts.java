package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.CheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The networks of a pipeline that take memory, and the state of each: open or not.
 *
 * <p>Thread-safe. If only one may be open at a time, its users wait for each other. Code that works
 * with a part may use another one on the same thread; both are open meanwhile.
 */
public final class Parts implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Parts.class.getName());

  private final Residency residency;
  private final List<Slot<?>> all = new ArrayList<>();
  private boolean closed;

  /** Creates an empty list of slots. */
  public Parts(Residency residency) {
    this.residency = residency;
  }

  /**
   * Opens a part: builds the objects around the network, and adds the resources to close with it.
   */
  @FunctionalInterface
  public interface Opener<T> {
    T open(Resources resources);
  }

  /**
   * Adds a part, not open yet.
   *
   * @param name the name for the log
   */
  public <T> Slot<T> add(String name, Opener<T> opener) {
    return add(new Slot<>(name, false, opener));
  }

  /** Adds a rarely used part, which is opened at its first use. */
  public <T> Slot<T> addOnDemand(String name, Opener<T> opener) {
    return add(new Slot<>(name, true, opener));
  }

  private <T> Slot<T> add(Slot<T> slot) {
    all.add(slot);
    return slot;
  }

  /**
   * Opens all parts but those on demand, several at once.
   *
   * @return the failures of the parts that cannot be opened
   */
  public synchronized List<CheckpointException> openAll() {
    var opening =
        all.stream()
            .filter(slot -> !slot.onDemand)
            .map(slot -> CompletableFuture.supplyAsync(slot::failureToOpen))
            .toList();
    try {
      CompletableFuture.allOf(opening.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException unchecked ? unchecked : e;
    }
    return opening.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList();
  }

  @Override
  public synchronized void close() {
    closed = true;
    closeUnused();
  }

  private void closeUnused() {
    try (var open = new Resources()) {
      all.stream().filter(slot -> slot.users == 0).forEach(open::add);
    }
  }

  /**
   * The place of one part in memory: its network and the objects built around it, or nothing yet.
   */
  public final class Slot<T> implements AutoCloseable {
    private final String name;
    private final boolean onDemand;
    private final Opener<T> opener;
    private Resources resources = new Resources();
    private volatile @Nullable T value;

    /** Nested uses, counted if only one part may be open. */
    private int users;

    private Slot(String name, boolean onDemand, Opener<T> opener) {
      this.name = name;
      this.onDemand = onDemand;
      this.opener = opener;
    }

    /** Works with the part, which stays open meanwhile. */
    public <R> R use(Function<? super T, ? extends R> work) {
      if (residency == Residency.ALWAYS) {
        T open = value;
        return work.apply(open == null ? openOnDemand() : open);
      }
      synchronized (Parts.this) {
        if (closed) {
          throw new IllegalStateException("the model is closed");
        }
        if (value == null) {
          closeUnused();
        }
        users++;
        try {
          return work.apply(open());
        } finally {
          users--;
        }
      }
    }

    private T openOnDemand() {
      synchronized (Parts.this) {
        if (closed || !onDemand) {
          throw new IllegalStateException("the model is closed");
        }
        return open();
      }
    }

    private Optional<CheckpointException> failureToOpen() {
      try {
        open();
        return Optional.empty();
      } catch (CheckpointException e) {
        return Optional.of(e);
      }
    }

    private T open() {
      T open = value;
      if (open == null) {
        long begin = System.nanoTime();
        resources = new Resources();
        try {
          open = opener.open(resources);
        } catch (RuntimeException | Error e) {
          resources.close();
          throw e;
        }
        value = open;
        LOG.log(
            System.Logger.Level.INFO,
            () -> String.format(Locale.ROOT, "loaded %s in %.2f s", name, seconds(begin)));
      }
      return open;
    }

    private static double seconds(long begin) {
      return 1e-9 * (System.nanoTime() - begin);
    }

    @Override
    public void close() {
      value = null;
      resources.close();
    }
  }
}
