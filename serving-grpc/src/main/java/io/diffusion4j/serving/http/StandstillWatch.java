package io.diffusion4j.serving.http;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a thread which reads and writes connections does not go on: it died, or somebody
 * blocks it. Its clients would wait for ever, and health with them.
 */
final class StandstillWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StandstillWatch.class);

  private final Map<EventExecutor, Long> turned = new ConcurrentHashMap<>();
  private final Duration longest;
  private final Runnable standstill;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          new ThreadFactoryBuilder().setNameFormat("standstill-watch").setDaemon(true).build());

  /**
   * Watches these threads until it is closed.
   *
   * @param longest for how long one may not go on
   * @param standstill run while a thread is blocked, at every check
   */
  StandstillWatch(EventExecutorGroup loops, Duration longest, Runnable standstill) {
    this.longest = longest;
    this.standstill = standstill;
    long now = System.nanoTime();
    loops.forEach(loop -> turned.put(loop, now));
    long pause = longest.toNanos() / 10;
    var unused = watch.scheduleWithFixedDelay(this::look, 0, pause, TimeUnit.NANOSECONDS);
  }

  private void look() {
    long now = System.nanoTime();
    turned.forEach(
        (loop, last) -> {
          if (now - last > longest.toNanos()) {
            LOG.error("an event loop has not turned for {}", Duration.ofNanos(now - last));
            standstill.run();
          }
          try {
            loop.execute(() -> turned.put(loop, System.nanoTime()));
          } catch (RejectedExecutionException e) {
            LOG.error("an event loop takes no work: {}", e.toString());
          }
        });
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }
}
