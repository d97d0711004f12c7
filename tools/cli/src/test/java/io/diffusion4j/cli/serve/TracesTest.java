package io.diffusion4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.diffusion4j.serving.config.ServerConfig.TracingSettings;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Traces go to the collector that the configuration names. */
@Timeout(60)
final class TracesTest {
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

  private HttpServer collector() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/traces",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          received.add(new String(body, StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void byOtlpOverHttp() throws Exception {
    HttpServer collector = collector();
    try {
      var endpoint = URI.create("http://127.0.0.1:" + collector.getAddress().getPort());
      try (var traces = Traces.of(Optional.of(new TracingSettings(endpoint, 1.0)))) {
        traces.telemetry().getTracer("test").spanBuilder("a span of ours").startSpan().end();
      } // sends what has not been sent
      String sent = received.poll(20, TimeUnit.SECONDS);
      assertThat(sent).contains("a span of ours", "diffusion4j", "service.version");
    } finally {
      collector.stop(0);
    }
  }

  @Test
  void nowhereUnlessOneIsNamed() {
    try (var traces = Traces.of(Optional.empty())) {
      assertThat(traces.telemetry()).isSameAs(OpenTelemetry.noop());
    }
  }

  @Test
  void anEndpointIsAUrl() {
    assertThatThrownBy(() -> new TracingSettings(URI.create("localhost:4318"), 1.0))
        .hasMessage("endpoint: localhost:4318 (expected: a URL such as http://localhost:4318)");
    assertThatThrownBy(() -> new TracingSettings(URI.create("http://localhost:4318"), 2.0))
        .hasMessage("ratio: 2.0 (expected: in [0, 1])");
  }
}
