package io.diffusion4j.serving.metrics;

import io.diffusion4j.serving.events.ServingListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The meters of a service in any registry of Micrometer, such as that of an application which the
 * service is a part of:
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>meter</th><th>what</th><th>labels</th></tr>
 *   <tr><td>{@code diffusion4j.calls}</td><td>calls and how long they took
 *       <td>{@code method}, {@code code}</tr>
 *   <tr><td>{@code diffusion4j.queue.depth}</td><td>requests that wait</td><td></td></tr>
 *   <tr><td>{@code diffusion4j.queue.wait}</td><td>how long requests waited</td><td></tr>
 *   <tr><td>{@code diffusion4j.samples.active}</td><td>images that are being drawn</td><td></tr>
 *   <tr><td>{@code diffusion4j.step}</td><td>steps of a batch
 *       <td>{@code stage}, {@code batch}: how many images took it together</tr>
 *   <tr><td>{@code diffusion4j.image.steps}</td><td>images times steps
 *       <td>{@code stage}</tr>
 *   <tr><td>{@code diffusion4j.images}</td><td>images that were drawn
 *       <td>{@code model}</tr>
 *   <tr><td>{@code diffusion4j.failed.images}</td><td>images that a model failed to draw
 *       <td>{@code model}</tr>
 *   <tr><td>{@code diffusion4j.cancelled.requests}</td><td>requests that nobody waited for
 *       <td></tr>
 *   <tr><td>{@code diffusion4j.dropped.previews}</td><td>previews that no client was quick
 *       enough for<td></tr>
 * </table>
 */
public final class ServiceMeters implements ServingListener {
  private final MeterRegistry registry;
  private final AtomicInteger queueDepth = new AtomicInteger();
  private final AtomicInteger activeSamples = new AtomicInteger();
  private final Timer queueWait;
  private final Counter cancelled;
  private final Counter previewsDropped;

  /** Registers meters at zero. */
  public ServiceMeters(MeterRegistry registry) {
    this.registry = registry;
    registry.gauge("diffusion4j.queue.depth", queueDepth);
    registry.gauge("diffusion4j.samples.active", activeSamples);
    queueWait = registry.timer("diffusion4j.queue.wait");
    cancelled = registry.counter("diffusion4j.cancelled.requests");
    previewsDropped = registry.counter("diffusion4j.dropped.previews");
  }

  @Override
  public void callEnded(CallEnd call) {
    registry
        .timer("diffusion4j.calls", "method", call.method(), "code", call.code().name())
        .record(call.time());
  }

  @Override
  public void queueChanged(int depth) {
    queueDepth.set(depth);
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
      case DRAWN -> registry.counter("diffusion4j.images", "model", model).increment(images);
      case FAILED ->
          registry.counter("diffusion4j.failed.images", "model", model).increment(images);
      case STOPPED -> {} // its request is counted where it was cancelled
    }
  }

  @Override
  public void stepTaken(String stage, int images, Duration time) {
    registry
        .timer("diffusion4j.step", "stage", stage, "batch", Integer.toString(images))
        .record(time);
    registry.counter("diffusion4j.image.steps", "stage", stage).increment(images);
  }

  @Override
  public void previewsDropped(int previews) {
    previewsDropped.increment(previews);
  }
}
