package io.diffusion4j.serving.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * The meters of a service in any Micrometer registry, for example in the registry of an application
 * that embeds the service. They are those that {@link PrometheusMeters} lists for calls, queue,
 * steps, images and filters, named with dots: {@code diffusion4j.calls} and so on.
 */
public final class ServiceMeters implements ServingListener {
  /** Bucket edges of all timers: steps take milliseconds, images seconds, queues minutes. */
  private static final Duration[] BUCKETS =
      LongStream.of(5, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 600_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  /** The largest number of principals with a label of their own; the others share one label. */
  static final int MAX_PRINCIPALS = 100;

  private final MeterRegistry registry;
  private final Set<String> principals = ConcurrentHashMap.newKeySet();
  private final AtomicInteger queueDepth = new AtomicInteger();
  private final AtomicLong backlogMillis = new AtomicLong();
  private final AtomicInteger activeSamples = new AtomicInteger();
  private final Timer queueWait;
  private final Counter cancelled;
  private final Counter previewsDropped;

  /** Registers the meters, all at zero. */
  public ServiceMeters(MeterRegistry registry) {
    this.registry = registry;
    Gauge.builder("diffusion4j.queue.depth", queueDepth, AtomicInteger::get)
        .description("requests waiting in the queue")
        .register(registry);
    Gauge.builder("diffusion4j.backlog", backlogMillis, millis -> 1e-3 * millis.get())
        .description("estimated time until all queued and running work is done")
        .baseUnit("seconds")
        .register(registry);
    Gauge.builder("diffusion4j.samples.active", activeSamples, AtomicInteger::get)
        .description("images being drawn")
        .register(registry);
    queueWait = timer("diffusion4j.queue.wait", "time requests spent in the queue");
    cancelled =
        counter("diffusion4j.cancelled.requests", "requests whose last client left before the end");
    previewsDropped =
        counter(
            "diffusion4j.dropped.previews",
            "previews skipped because no client was ready for them");
  }

  private Timer timer(String name, String help, String... tags) {
    return Timer.builder(name)
        .description(help)
        .tags(tags)
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  private Counter counter(String name, String help, String... tags) {
    return Counter.builder(name).description(help).tags(tags).register(registry);
  }

  @Override
  public void callEnded(CallEnd call) {
    String help = "calls and their duration";
    timer("diffusion4j.calls", help, "method", call.method(), "code", call.code().name())
        .record(call.time());
  }

  @Override
  public void refused(String reason) {
    String help = "rejected and failed requests";
    counter("diffusion4j.refusals", help, "reason", reason).increment();
  }

  @Override
  public void admitted(String principal, double cost) {
    boolean known =
        principals.contains(principal)
            || (principals.size() < MAX_PRINCIPALS && principals.add(principal));
    String help = "megapixel steps of admitted requests";
    counter("diffusion4j.cost", help, "principal", known ? principal : "other").increment(cost);
  }

  @Override
  public void queueChanged(int depth) {
    queueDepth.set(depth);
  }

  @Override
  public void backlogChanged(Duration now) {
    backlogMillis.set(now.toMillis());
  }

  @Override
  public void requestBegan(Duration waited) {
    queueWait.record(waited);
  }

  @Override
  public void requestCancelled() {
    cancelled.increment();
  }

  @Override
  public void batchBegan(String model, int images) {
    activeSamples.addAndGet(images);
  }

  @Override
  public void batchEnded(String model, int images, BatchEnd end) {
    activeSamples.addAndGet(-images);
    switch (end) {
      case DRAWN -> counter("diffusion4j.images", "images drawn", "model", model).increment(images);
      case FAILED ->
          counter("diffusion4j.failed.images", "images a model failed to draw", "model", model)
              .increment(images);
      case STOPPED -> {} // counted by requestCancelled
    }
  }

  @Override
  public void stepTaken(String stage, int images, Duration time) {
    String batch = Integer.toString(images);
    timer("diffusion4j.step", "time of one step of a batch", "stage", stage, "batch", batch)
        .record(time);
    counter("diffusion4j.image.steps", "images times steps", "stage", stage).increment(images);
  }

  @Override
  public void filtered(String filter, int images, Duration time) {
    String help = "how long a filter took for a batch";
    String batch = Integer.toString(images);
    timer("diffusion4j.filter", help, "filter", filter, "batch", batch).record(time);
  }

  @Override
  public void imageRefused(String model, String filter, String concept) {
    String help = "images that a filter refused";
    counter(
            "diffusion4j.refused.images",
            help,
            "model",
            model,
            "filter",
            filter,
            "concept",
            concept)
        .increment();
  }

  @Override
  public void previewsDropped(int previews) {
    previewsDropped.increment(previews);
  }
}
