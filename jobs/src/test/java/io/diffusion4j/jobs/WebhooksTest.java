package io.diffusion4j.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpServer;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.v1.CreateGenerationJobRequest;
import io.diffusion4j.serving.v1.JobState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WebhooksTest {
  private static final String SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

  @TempDir private Path folder = Path.of("");
  private Path secret = Path.of("");

  @BeforeEach
  void writeSecret() throws IOException {
    secret = Files.writeString(folder.resolve("webhook.secret"), SECRET + "\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
  }

  /** The first call is answered 500, so it comes again, with the same id. */
  @Test
  void aCallIsSignedAndRepeatedUntilItArrives() throws Exception {
    BlockingQueue<Map<String, List<String>>> headers = new LinkedBlockingQueue<>();
    BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    var calls = new AtomicInteger();
    var receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/hook",
        exchange -> {
          headers.add(exchange.getRequestHeaders());
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          exchange.sendResponseHeaders(calls.getAndIncrement() == 0 ? 500 : 204, -1);
          exchange.close();
        });
    receiver.start();
    String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook";
    String id = UUID.randomUUID().toString();
    try (var store = JobStore.open(folder.resolve("jobs.db"), Duration.ofHours(1));
        var server =
            ToyService.onPort(asked -> {}, new JobsModule(store, Webhooks.read(secret, true)))) {
      server
          .client()
          .jobs()
          .create(
              CreateGenerationJobRequest.newBuilder()
                  .setRequest(Requests.textToImage("a cat").setRequestId(id))
                  .setWebhookUrl(url)
                  .build());
      for (int call = 0; call < 2; call++) {
        String body = bodies.poll(30, TimeUnit.SECONDS);
        assertThat(body).contains("generation_job.succeeded").contains(id);
        var of = headers.take();
        assertThat(of.get("Webhook-id")).containsExactly("job_" + id);
        new Webhook(SECRET)
            .verify(
                body,
                Map.of(
                    "webhook-id", of.get("Webhook-id"),
                    "webhook-timestamp", of.get("Webhook-timestamp"),
                    "webhook-signature", of.get("Webhook-signature")));
      }
      assertThat(server.client().jobs().get(id).getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
      assertThat(bodies.poll(2, TimeUnit.SECONDS)).isNull();
    } finally {
      receiver.stop(0);
    }
  }

  @Test
  void privateAddressesAreRefusedUnlessAllowed() throws IOException {
    Webhooks strict = Webhooks.read(secret, false);
    strict.check("https://app.example/jobs?a=b");
    for (String url :
        List.of(
            "https://127.0.0.1/",
            "https://localhost:8080/",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://2130706433/")) {
      assertThatThrownBy(() -> strict.check(url))
          .hasMessage(
              "url: %s (expected: an address outside of this machine and of private networks)",
              url);
    }
    for (String url : List.of("http://app.example/", "https://a:b@app.example/", "x", "https://")) {
      assertThatThrownBy(() -> strict.check(url)).hasMessageStartingWith("url: " + url);
    }
    Webhooks.read(secret, true).check("http://127.0.0.1:1/");
  }

  @Test
  void aSecretThatOthersCanReadIsRefused() throws IOException {
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Webhooks.read(secret, false))
        .hasMessageContaining("which others can access");
    Files.writeString(secret, "abc");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> Webhooks.read(secret, false))
        .hasMessageContaining("expected: whsec_ and at least 24 bytes in Base64");
  }
}
