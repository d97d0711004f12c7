package io.diffusion4j.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The body of a response that ends its connection if no bytes arrive for some time; the timeout of
 * a request ends with its headers.
 */
final class WatchedBody extends FilterInputStream {
  private static final ScheduledThreadPoolExecutor WATCH = watch();

  private final Duration timeout;

  WatchedBody(InputStream body, Duration timeout) {
    super(body);
    this.timeout = timeout;
  }

  private static ScheduledThreadPoolExecutor watch() {
    var watch =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var thread = new Thread(task, "hub-timeout");
              thread.setDaemon(true);
              return thread;
            });
    watch.setRemoveOnCancelPolicy(true);
    return watch;
  }

  /**
   * Reads what has arrived, or waits.
   *
   * @throws IOException if nothing arrives before the timeout
   */
  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    ScheduledFuture<?> end = WATCH.schedule(this::end, timeout.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return super.read(into, offset, length);
    } finally {
      end.cancel(false);
    }
  }

  private void end() {
    try {
      close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
