package io.diffusion4j.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpServer;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.v1.CreateGenerationJobRequest;
import io.diffusion4j.serving.v1.GenerationJob;
import io.diffusion4j.serving.v1.JobState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a server at random moments of jobs: no accepted job is lost, none is drawn with other bits,
 * and every webhook arrives and can be verified. {@code -Djobs.kills=100} repeats it longer.
 */
@Tag("slow")
class KillTest {
  private static final int KILLS = Integer.getInteger("jobs.kills", 2);
  private static final int LONGEST_MILLIS = 1500;
  private static final int MAX_JOBS = 20;
  private static final String SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

  @TempDir private Path folder = Path.of("");
  private final Set<String> called = ConcurrentHashMap.newKeySet();
  private final Set<String> unverified = ConcurrentHashMap.newKeySet();

  @Test
  void noAcceptedJobIsLostOrDrawnDifferentlyOrForgottenToBeCalled() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), SECRET);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    HttpServer receiver = receiver();
    String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";
    var random = new Random(7);
    List<String> accepted = new ArrayList<>();
    Map<String, String> bits = new HashMap<>(); // of jobs that were seen to have succeeded
    try {
      for (int kill = 0; kill < KILLS; kill++) {
        Process process = start(secret);
        try (var client = connect(process)) {
          create(client, url, accepted); // so that there is something to lose
          Thread killer = killAfter(process, random.nextInt(LONGEST_MILLIS));
          createUntilKilled(client, url, accepted);
          killer.join();
        } finally {
          process.destroyForcibly().waitFor();
        }
      }
      Process process = start(secret);
      try (var client = connect(process)) {
        for (int round = 0; round < 2; round++) { // the second reads what the first one saw
          for (String id : accepted) {
            GenerationJob job = client.jobs().await(id, Duration.ofMillis(20));
            assertThat(job.getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
            assertThat(digest(job)).isEqualTo(bits.computeIfAbsent(id, any -> digest(job)));
          }
        }
        String id = accepted.get(accepted.size() / 2);
        var again = client.jobs().get(id).getRequest().toBuilder();
        again.setRequestId(UUID.randomUUID().toString());
        String drawn = sha256(client.generate(again.build()).images().get(0).png());
        assertThat(bits).containsEntry(id, drawn);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!called.containsAll(accepted) && System.nanoTime() < end) {
          Thread.sleep(50);
        }
      } finally {
        process.destroyForcibly().waitFor();
      }
      assertThat(called).containsAll(accepted);
      assertThat(unverified).isEmpty();
      assertThat(accepted).hasSizeGreaterThan(KILLS);
      System.out.println(KILLS + " kills, " + accepted.size() + " accepted jobs, none lost");
    } finally {
      receiver.stop(0);
    }
  }

  private static Thread killAfter(Process process, int millis) {
    var killer =
        new Thread(
            () -> {
              try {
                Thread.sleep(millis);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              process.destroyForcibly(); // SIGKILL
            });
    killer.start();
    return killer;
  }

  private static void createUntilKilled(
      GenerationClient client, String url, List<String> accepted) {
    for (int i = 0; i < MAX_JOBS; i++) {
      try {
        create(client, url, accepted);
      } catch (GenerationException e) {
        return; // killed; whether this one was accepted is unknown
      }
    }
  }

  private static void create(GenerationClient client, String url, List<String> accepted) {
    String id = UUID.randomUUID().toString();
    var request = Requests.textToImage("cat " + id).setRequestId(id);
    client
        .jobs()
        .create(
            CreateGenerationJobRequest.newBuilder().setRequest(request).setWebhookUrl(url).build());
    accepted.add(id);
  }

  private Process start(Path secret) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            KilledServer.class.getName(),
            folder.resolve("jobs.db").toString(),
            secret.toString())
        .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("errors").toFile()))
        .start();
  }

  private GenerationClient connect(Process process) throws IOException {
    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("port ")) {
        return GenerationClient.connect("127.0.0.1:" + line.substring(5));
      }
    }
    throw new IllegalStateException(Files.readString(folder.resolve("errors")));
  }

  private HttpServer receiver() throws IOException {
    var receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          var of = exchange.getRequestHeaders();
          try {
            new Webhook(SECRET)
                .verify(
                    body,
                    Map.of(
                        "webhook-id", of.get("webhook-id"),
                        "webhook-timestamp", of.get("webhook-timestamp"),
                        "webhook-signature", of.get("webhook-signature")));
          } catch (WebhookVerificationException | RuntimeException e) {
            unverified.add(body + e);
          } catch (EmptyWebhookSecretException e) {
            throw new IllegalStateException(e);
          }
          called.add(String.valueOf(of.getFirst("webhook-id")).substring("job_".length()));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    return receiver;
  }

  private static String digest(GenerationJob job) {
    return sha256(job.getResponse().getImages(0).getData().toByteArray());
  }

  private static String sha256(byte[] bytes) {
    return Hashing.sha256().hashBytes(bytes).toString();
  }
}
