package io.diffusion4j.serving.observability;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ModelCard;
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
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The meters of a server in the text format of Prometheus:
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>meter</th><th>what</th><th>labels</th></tr>
 *   <tr><td>{@code diffusion4j_calls_seconds}</td><td>calls and their duration<td>{@code method},
 *       {@code code}</tr>
 *   <tr><td>{@code diffusion4j_refusals_total}</td><td>rejected and failed
 *       requests<td>{@code reason}</tr>
 *   <tr><td>{@code diffusion4j_cost_total}</td><td>megapixel steps of admitted
 *       requests<td>{@code principal} for the first hundred principals, then {@code other}</tr>
 *   <tr><td>{@code diffusion4j_backlog_seconds}</td><td>estimated time until all queued and running
 *       work is done<td></tr>
 *   <tr><td>{@code diffusion4j_rows}</td><td>images the server can draw at once<td></tr>
 *   <tr><td>{@code diffusion4j_job_bytes}, {@code diffusion4j_job_bytes_most}</td><td>bytes of
 *       jobs in memory, and their limit<td></tr>
 *   <tr><td>{@code diffusion4j_waiting_jobs}</td><td>stored jobs that wait<td>{@code principal}, as
 *       above</tr>
 *   <tr><td>{@code diffusion4j_waiting_jobs_age_seconds}</td><td>age of the oldest stored job that
 *       waits<td></tr>
 *   <tr><td>{@code diffusion4j_job_store_bytes}, {@code diffusion4j_job_store_bytes_most}</td><td>
 *       bytes of stored jobs, and their limit<td></tr>
 *   <tr><td>{@code diffusion4j_due_webhooks}, {@code diffusion4j_failing_webhooks}</td><td>calls to
 *       be made at the end of jobs, and those that have failed before; these five only with a
 *       store of jobs<td></tr>
 *   <tr><td>{@code diffusion4j_body_bytes}, {@code diffusion4j_body_bytes_most}</td><td>bytes of
 *       request bodies in memory, and their limit<td></tr>
 *   <tr><td>{@code diffusion4j_connections}</td><td>open client connections<td></tr>
 *   <tr><td>{@code diffusion4j_certificate_days}</td><td>days until the certificate expires; only
 *       with TLS<td></tr>
 *   <tr><td>{@code diffusion4j_model}</td><td>1 for each served model<td>{@code model},
 *       {@code digest}, {@code software}</tr>
 *   <tr><td>{@code diffusion4j_queue_depth}</td><td>requests waiting in the
 *       queue</td><td></td></tr>
 *   <tr><td>{@code diffusion4j_queue_wait_seconds}</td><td>time requests spent in the
 *       queue</td><td></tr>
 *   <tr><td>{@code diffusion4j_samples_active}</td><td>images being drawn</td><td></tr>
 *   <tr><td>{@code diffusion4j_step_seconds}</td><td>time of one step of a batch<td>{@code stage},
 *       {@code batch}: the number of images in the batch</tr>
 *   <tr><td>{@code diffusion4j_image_steps_total}</td><td>images times steps<td>{@code stage}</tr>
 *   <tr><td>{@code diffusion4j_images_total}</td><td>images drawn<td>{@code model}</tr>
 *   <tr><td>{@code diffusion4j_refused_images_total}</td><td>images that a filter refused<td>{@code
 *       model}, {@code filter}, {@code concept}</tr>
 *   <tr><td>{@code diffusion4j_filter_seconds}</td><td>time a filter took for a batch<td>{@code
 *       filter}, {@code batch}: the number of images in the batch</tr>
 *   <tr><td>{@code diffusion4j_failed_images_total}</td><td>images a model failed to
 *       draw<td>{@code model}</tr>
 *   <tr><td>{@code diffusion4j_cancelled_requests_total}</td><td>requests whose last client left
 *       before the end<td></tr>
 *   <tr><td>{@code diffusion4j_dropped_previews_total}</td><td>previews skipped because no client
 *       was ready for them<td></tr>
 *   <tr><td>{@code process_resident_memory_bytes}</td><td>resident memory of the process, native
 *       memory included; only on Linux<td></tr>
 *   <tr><td>{@code diffusion4j_native_bytes}</td><td>resident memory less the memory the JVM has
 *       committed for heap, classes and code: about the size of networks and tensors<td></tr>
 *   <tr><td>{@code diffusion4j_live_tensors}</td><td>native tensors not yet closed; only on servers
 *       that load model folders<td></tr>
 * </table>
 *
 * <p>Micrometer's meters of the JVM are registered as well: {@code jvm_memory_*}, {@code
 * jvm_threads_*}, {@code jvm_gc_*}, {@code process_files_*}, {@code process_cpu_*} and {@code
 * process_uptime_*}. Times are histograms, with buckets from 5 ms to 10 minutes.
 */
public final class PrometheusMeters {
  /** The media type of the text that {@link #scrape} returns. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ServiceMeters service = new ServiceMeters(registry);
  private final MultiGauge served =
      MultiGauge.builder("diffusion4j.model")
          .description("1 for each served model")
          .register(registry);
  private final Supplier<List<ImagePipeline>> models;
  private final Map<LabelledGauge, MultiGauge> labelled = new HashMap<>();

  /** Creates the meters, all at zero. */
  public PrometheusMeters() {
    this(Set.of(), Set.of(), List::of);
  }

  /** Creates the meters at zero, with additional gauges and a meter for each served model. */
  @Inject
  PrometheusMeters(Set<ServerGauge> more, Set<LabelledGauge> labelled, Models models) {
    this(more, labelled, models::all);
  }

  private PrometheusMeters(
      Set<ServerGauge> more, Set<LabelledGauge> labelled, Supplier<List<ImagePipeline>> models) {
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
    for (LabelledGauge level : labelled) {
      this.labelled.put(
          level, MultiGauge.builder(level.name()).description(level.help()).register(registry));
    }
  }

  /** Returns the current values of all meters in the text format of Prometheus. */
  public String scrape() {
    served.register(models.get().stream().map(PrometheusMeters::row).toList(), true);
    labelled.forEach((level, gauge) -> gauge.register(rows(level), true));
    return registry.scrape(CONTENT_TYPE);
  }

  private static List<MultiGauge.Row<?>> rows(LabelledGauge level) {
    Map<String, Long> shown = new TreeMap<>();
    new TreeMap<>(level.now().get())
        .forEach(
            (label, value) ->
                shown.merge(
                    shown.size() < ServiceMeters.MAX_PRINCIPALS ? label : "other",
                    value,
                    Long::sum));
    return shown.entrySet().stream()
        .<MultiGauge.Row<?>>map(
            entry -> MultiGauge.Row.of(Tags.of(level.label(), entry.getKey()), entry.getValue()))
        .toList();
  }

  private static MultiGauge.Row<?> row(ImagePipeline model) {
    ModelCard card = model.card();
    return MultiGauge.Row.of(
        Tags.of("model", card.name(), "digest", card.identity().weightsDigest())
            .and("software", ResolvedRequest.SOFTWARE),
        1);
  }

  /** Returns the meters of the service, which listen to its work. */
  public ServiceMeters service() {
    return service;
  }

  /**
   * The resident memory of this process as reported by Linux (proc(5), {@code /proc/self/status}):
   * heap, code, and native allocations such as TensorFlow's, which the JVM does not count.
   */
  private static final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

    private ResidentMemory() {}

    /** Registers the gauges; does nothing on systems without {@code /proc}. */
    static void bindTo(MeterRegistry registry) {
      if (Files.isReadable(STATUS)) {
        Gauge.builder("process.resident.memory", ResidentMemory::bytes)
            .baseUnit("bytes")
            .register(registry);
        Gauge.builder("diffusion4j.native", ResidentMemory::nativeBytes)
            .baseUnit("bytes")
            .register(registry);
      }
    }

    /** Returns the resident bytes less the committed memory of the JVM, at least 0. */
    private static double nativeBytes() {
      var jvm = ManagementFactory.getMemoryMXBean();
      return Math.max(
          0,
          bytes()
              - jvm.getHeapMemoryUsage().getCommitted()
              - jvm.getNonHeapMemoryUsage().getCommitted());
    }

    private static double bytes() {
      try {
        Matcher resident = RESIDENT.matcher(Files.readString(STATUS));
        return resident.find() ? 1024 * Double.parseDouble(resident.group(1)) : Double.NaN;
      } catch (IOException e) {
        return Double.NaN; // the value that Prometheus shows for a gauge that cannot be read
      }
    }
  }
}
