package io.diffusion4j.pipeline;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * A digest that a thread computes while the model is being opened. Both read all weights, but one
 * thread is busy with a digest, and opening a model uses several in a part of its time only.
 */
public final class BackgroundDigest implements Supplier<String> {
  private final FutureTask<String> task;

  private BackgroundDigest(FutureTask<String> task) {
    this.task = task;
  }

  /** Starts to compute a digest. */
  public static BackgroundDigest of(Supplier<String> digest) {
    var task = new FutureTask<>(digest::get);
    var thread = new Thread(task, "digest");
    thread.setDaemon(true);
    thread.start();
    return new BackgroundDigest(task);
  }

  /** Waits for the digest; fails as computing it failed. */
  @Override
  public String get() {
    try {
      return Uninterruptibles.getUninterruptibly(task);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      Throwables.throwIfUnchecked(cause);
      throw new IllegalStateException(cause); // suppliers throw nothing else
    }
  }
}
