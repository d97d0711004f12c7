package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.asking;
import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.util.Modules;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.PreviewOptions;
import io.grpc.Status.Code;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contents of {@code /metrics} on a working server. */
@Timeout(600)
class MetersOfAServerTest {
  private static final String CALLS =
      "diffusion4j_calls_seconds_count{code=\"%s\",method=\"diffusion4j.v1.GenerationService/%s\"}";

  private final Gate gate = new Gate();

  @Test
  void itsWorkIsCounted() throws Exception {
    try (var server = new TestServer(CONFIG, new MetricsModule(), ToyModel.named("toy"))) {
      server.blocking().generateImages(request("x").setImageCount(6).build());
      Refusal.of(() -> server.blocking().generateImages(request("").build()));

      awaitMeter(server, CALLS.formatted("OK", "GenerateImages"), 1);
      awaitMeter(server, CALLS.formatted("INVALID_ARGUMENT", "GenerateImages"), 1);
      assertMeter(server, "diffusion4j_images_total{model=\"toy\"}", 6);
      assertMeter(server, "diffusion4j_image_steps_total{stage=\"decoder\"}", 6 * 4);
      assertMeter(server, "diffusion4j_step_seconds_count{batch=\"4\",stage=\"super_res\"}", 2);
      assertMeter(server, "diffusion4j_step_seconds_count{batch=\"2\",stage=\"super_res\"}", 2);
      assertMeter(server, "diffusion4j_queue_wait_seconds_count", 1);
      assertMeter(server, "diffusion4j_queue_depth", 0);
      assertMeter(server, "diffusion4j_samples_active", 0);
    }
  }

  @Test
  void whatWaitsAndWhatRunsAndWhatWasCancelledIsCounted() throws Exception {
    var config = CONFIG.withRows(3);
    try (var server =
        new TestServer(config, new MetricsModule(), ToyModel.named("toy", gate::accept))) {
      Call runs = Call.start(server.channel, request("runs").setImageCount(3));
      gate.awaitCall();
      Call waits = Call.start(server.channel, request("waits"));
      waits.queuePosition();
      awaitMeter(server, "diffusion4j_queue_depth", 1);
      awaitMeter(server, "diffusion4j_samples_active", 3);
      waits.cancel();
      awaitMeter(server, "diffusion4j_cancelled_requests_total", 1);
      awaitMeter(server, CALLS.formatted("CANCELLED", "StreamGenerateImages"), 1);
      awaitMeter(server, "diffusion4j_queue_depth", 0);
      gate.open();
      assertThat(runs.end().isOk()).isTrue();
      awaitMeter(server, CALLS.formatted("OK", "StreamGenerateImages"), 1);
      awaitMeter(server, "diffusion4j_samples_active", 0);
    }
  }

  @Test
  void previewsThatASlowReaderMissesAreCounted() throws Exception {
    try (var server = new TestServer(CONFIG, new MetricsModule(), ToyModel.named("toy"))) {
      var request =
          request("x")
              .setPreview(PreviewOptions.newBuilder().setEverySteps(1))
              .setImageCount(4)
              .putStages("super_res", steps(100));
      Call slow = Call.startWithoutReading(server.channel, request);
      server.awaitUnfinished(1);
      server.awaitUnfinished(0);
      slow.read();
      assertThat(slow.end().isOk()).isTrue();
      assertThat(meter(server, "diffusion4j_dropped_previews_total")).isPositive();
    }
  }

  @Test
  void aDeadlineThatCannotBeMetIsCountedAsSuch() throws Exception {
    var model = ToyModel.named("toy", query -> LockSupport.parkNanos(20_000_000));
    try (var server = new TestServer(CONFIG, new MetricsModule(), model)) {
      server.blocking().generateImages(request("is measured").build());
      var refusal =
          Refusal.of(
              () ->
                  server
                      .blocking()
                      .withDeadlineAfter(Duration.ofSeconds(5))
                      .generateImages(request("x").putStages("decoder", steps(1000)).build()));
      assertThat(refusal.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      awaitMeter(server, CALLS.formatted("DEADLINE_EXCEEDED", "GenerateImages"), 1);
    }
  }

  /** The client's reset arrives at the same time as the server's own deadline. */
  @Test
  void aClientWhoseTimeIsUpIsNotTakenForOneWhoLeaves() throws Exception {
    var pause = new AtomicLong();
    var model = ToyModel.named("toy", query -> LockSupport.parkNanos(pause.get()));
    try (var server = new TestServer(CONFIG, new MetricsModule(), model)) {
      server.blocking().generateImages(request("is quick").build());
      pause.set(TimeUnit.SECONDS.toNanos(1));
      var request = request("x").build();
      int calls = 10;
      List<Future<?>> late = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        late.add(
            GenerationServiceGrpc.newFutureStub(server.channel)
                .withDeadlineAfter(Duration.ofMillis(1500))
                .generateImages(request));
      }
      for (Future<?> call : late) {
        assertThatThrownBy(call::get).hasMessageContaining("DEADLINE_EXCEEDED");
      }
      Call leaves = Call.start(server.channel, request.toBuilder());
      leaves.queuePosition();
      leaves.cancel();
      awaitMeter(server, CALLS.formatted("CANCELLED", "StreamGenerateImages"), 1);
      awaitMeter(server, CALLS.formatted("DEADLINE_EXCEEDED", "GenerateImages"), calls);
    }
  }

  @Test
  void metersAreForWhoMayReadThem() throws Exception {
    Authenticator readers =
        token -> {
          if (token.isEmpty()) {
            throw new UnauthenticatedException("TOKEN_MISSING", "authorization: none");
          }
          return new Principal(token, Set.of(Role.valueOf(token)), Set.of("*"), Quota.NONE);
        };
    try (var server =
        new TestServer(
            CONFIG, Modules.combine(asking(readers), new MetricsModule()), ToyModel.named("toy"))) {
      assertThat(scrape(server, "Bearer METRICS").body()).contains("diffusion4j_queue_depth");
      assertThat(scrape(server, "Bearer GENERATE").statusCode()).isEqualTo(403);
      var unknown = scrape(server, "Basic METRICS");
      assertThat(unknown.statusCode()).isEqualTo(401);
      assertThat(unknown.body()).isEqualTo("authorization: none\n");
      assertThat(unknown.headers().firstValue("www-authenticate")).contains("Bearer");
    }
  }

  private static HttpResponse<String> scrape(TestServer server, String authorization)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.server.port() + "/metrics"))
            .header("Authorization", authorization)
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static double meter(TestServer server, String name)
      throws IOException, InterruptedException {
    return scrape(server, "none")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  private static void assertMeter(TestServer server, String name, double value)
      throws IOException, InterruptedException {
    assertThat(meter(server, name)).as(name).isEqualTo(value);
  }

  /** Meters are updated a moment after the client has its response. */
  private static void awaitMeter(TestServer server, String name, double value)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (meter(server, name) != value && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertMeter(server, name, value);
  }
}
