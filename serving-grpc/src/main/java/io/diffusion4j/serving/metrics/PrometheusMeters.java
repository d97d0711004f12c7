package io.diffusion4j.serving.metrics;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.serving.events.ServingListener;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The meters of a server, and what Prometheus reads of them:
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>meter</th><th>what</th><th>labels</th></tr>
 *   <tr><td>{@code diffusion4j_calls_seconds}</td><td>calls and how long they took
 *       <td>{@code method}, {@code code}</tr>
 *   <tr><td>{@code diffusion4j_refusals_total}</td><td>requests that were refused or failed
 *       <td>{@code reason}</tr>
 *   <tr><td>{@code diffusion4j_cost_total}</td><td>megapixel steps that were admitted
 *       <td>{@code principal}: of the first hundred, then {@code other}</tr>
 *   <tr><td>{@code diffusion4j_backlog_seconds}</td><td>how long all work that waits and runs takes
 *       <td></tr>
 *   <tr><td>{@code diffusion4j_rows}</td><td>images that can be drawn at once<td></tr>
 *   <tr><td>{@code diffusion4j_body_bytes}, {@code diffusion4j_body_bytes_most}</td><td>bytes of
 *       request bodies that are held, and may be<td></tr>
 *   <tr><td>{@code diffusion4j_connections}</td><td>clients that are connected<td></tr>
 *   <tr><td>{@code diffusion4j_certificate_days}</td><td>for how many days the certificate is good;
 *       of servers with TLS<td></tr>
 *   <tr><td>{@code diffusion4j_model}</td><td>1, of each model
 *       <td>{@code model}, {@code digest}, {@code software}</tr>
 *   <tr><td>{@code diffusion4j_queue_depth}</td><td>requests that wait</td><td></td></tr>
 *   <tr><td>{@code diffusion4j_queue_wait_seconds}</td><td>how long requests waited</td><td></tr>
 *   <tr><td>{@code diffusion4j_samples_active}</td><td>images that are being drawn</td><td></tr>
 *   <tr><td>{@code diffusion4j_step_seconds}</td><td>steps of a batch
 *       <td>{@code stage}, {@code batch}: how many images took it together</tr>
 *   <tr><td>{@code diffusion4j_image_steps_total}</td><td>images times steps
 *       <td>{@code stage}</tr>
 *   <tr><td>{@code diffusion4j_images_total}</td><td>images that were drawn
 *       <td>{@code model}</tr>
 *   <tr><td>{@code diffusion4j_failed_images_total}</td><td>images that a model failed to draw
 *       <td>{@code model}</tr>
 *   <tr><td>{@code diffusion4j_cancelled_requests_total}</td><td>requests that nobody waited for
 *       <td></tr>
 *   <tr><td>{@code diffusion4j_dropped_previews_total}</td><td>previews that no client was quick
 *       enough for<td></tr>
 *   <tr><td>{@code process_resident_memory_bytes}</td><td>memory of the process, with what the
 *       networks hold outside of the heap; on Linux<td></tr>
 *   <tr><td>{@code diffusion4j_native_bytes}</td><td>that memory without what the JVM has set aside
 *       for heap, classes and code: what networks and tensors take, about<td></tr>
 *   <tr><td>{@code diffusion4j_live_tensors}</td><td>native tensors that are not closed; of servers
 *       of model folders<td></tr>
 * </table>
 *
 * <p>Beside them are Micrometer's meters of the JVM: {@code jvm_memory_*}, {@code jvm_threads_*},
 * {@code jvm_gc_*}, {@code process_files_*}, {@code process_cpu_*} and {@code process_uptime_*}.
 * Times are histograms, with buckets from 5 ms to 10 minutes.
 */
public final class PrometheusMeters implements ServingListener {
  /** The media type of what {@link #scrape} returns. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ServiceMeters service = new ServiceMeters(registry);
  private final MultiGauge served =
      MultiGauge.builder("diffusion4j.model")
          .description("1, of each model that is served")
          .register(registry);
  private final Supplier<List<ImagePipeline>> models;

  /** Meters at zero. */
  public PrometheusMeters() {
    this(Set.of(), List::of);
  }

  /** Meters at zero, with these beside. */
  @Inject
  PrometheusMeters(Set<Level> more, Models models) {
    this(more, models::all);
  }

  private PrometheusMeters(Set<Level> more, Supplier<List<ImagePipeline>> models) {
    this.models = models;
    ResidentMemory.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new JvmGcMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    more.forEach(
        level ->
            Gauge.builder(level.name(), level.now()::getAsLong)
                .description(level.help())
                .register(registry));
  }

  /** All meters as they are, in the text format of Prometheus. */
  public String scrape() {
    served.register(models.get().stream().map(PrometheusMeters::row).toList(), true);
    return registry.scrape(CONTENT_TYPE);
  }

  private static MultiGauge.Row<?> row(ImagePipeline model) {
    ModelCard card = model.card();
    return MultiGauge.Row.of(
        Tags.of("model", card.name(), "digest", card.identity().weightsDigest())
            .and("software", ResolvedRequest.SOFTWARE),
        1);
  }

  /** Returns the registry, to which an application can add meters. */
  public MeterRegistry registry() {
    return registry;
  }

  @Override
  public void callEnded(CallEnd call) {
    service.callEnded(call);
  }

  @Override
  public void refused(String reason) {
    service.refused(reason);
  }

  @Override
  public void admitted(String principal, double cost) {
    service.admitted(principal, cost);
  }

  @Override
  public void queueChanged(int depth) {
    service.queueChanged(depth);
  }

  @Override
  public void backlogChanged(Duration backlog) {
    service.backlogChanged(backlog);
  }

  @Override
  public void requestBegan(Duration waited) {
    service.requestBegan(waited);
  }

  @Override
  public void requestCancelled() {
    service.requestCancelled();
  }

  @Override
  public void batchBegan(String model, int images) {
    service.batchBegan(model, images);
  }

  @Override
  public void batchEnded(String model, int images, BatchEnd end) {
    service.batchEnded(model, images, end);
  }

  @Override
  public void stepTaken(String stage, int images, Duration time) {
    service.stepTaken(stage, images, time);
  }

  @Override
  public void previewsDropped(int previews) {
    service.previewsDropped(previews);
  }
}
