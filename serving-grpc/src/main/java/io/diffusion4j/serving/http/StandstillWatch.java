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
 * A watchdog for event loops, which detects threads that have died or are blocked. The clients of
 * such a thread would wait forever, and health checks with them.
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
   * Starts watching event loops. A check runs every tenth of the time limit.
   *
   * @param longest the time without progress after which an event loop counts as blocked
   * @param standstill runs at every check, once for each blocked event loop
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
            LOG.error("an event loop has been blocked for {}", Duration.ofNanos(now - last));
            standstill.run();
          }
          try {
            loop.execute(() -> turned.put(loop, System.nanoTime()));
          } catch (RejectedExecutionException e) {
            LOG.error("an event loop accepts no tasks: {}", e.toString());
          }
        });
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }
}
