package io.diffusion4j.cli.serve;

import io.diffusion4j.serving.config.ServerConfig.TracingSettings;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The exporter of a server's traces to an OTLP collector, if the configuration names one. The
 * environment variables of OpenTelemetry ({@code OTEL_…}) take precedence.
 */
final class Traces implements AutoCloseable {
  private final @Nullable OpenTelemetrySdk sdk;

  private Traces(@Nullable OpenTelemetrySdk sdk) {
    this.sdk = sdk;
  }

  /**
   * Starts exporting.
   *
   * @param tracing empty for no traces
   */
  static Traces of(Optional<TracingSettings> tracing) {
    return new Traces(tracing.map(Traces::sdk).orElse(null));
  }

  private static OpenTelemetrySdk sdk(TracingSettings tracing) {
    Map<String, String> properties = new HashMap<>();
    properties.put("otel.service.name", "diffusion4j");
    properties.put(
        "otel.resource.attributes",
        "service.version=" + ResolvedRequest.SOFTWARE.replace("Diffusion4J ", ""));
    properties.put("otel.traces.exporter", "otlp");
    properties.put("otel.metrics.exporter", "none");
    properties.put("otel.logs.exporter", "none");
    properties.put("otel.exporter.otlp.protocol", "http/protobuf");
    properties.put("otel.exporter.otlp.endpoint", String.valueOf(tracing.endpoint()));
    properties.put("otel.traces.sampler", "parentbased_traceidratio");
    properties.put("otel.traces.sampler.arg", String.valueOf(tracing.ratio()));
    return AutoConfiguredOpenTelemetrySdk.builder()
        .addPropertiesSupplier(() -> properties)
        .disableShutdownHook()
        .build()
        .getOpenTelemetrySdk();
  }

  /** Returns the receiver of spans. */
  OpenTelemetry telemetry() {
    return sdk == null ? OpenTelemetry.noop() : sdk;
  }

  /** Sends the remaining spans. */
  @Override
  public void close() {
    if (sdk != null) {
      sdk.close();
    }
  }
}
