package io.diffusion4j.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpServer;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.v1.CreateGenerationJobRequest;
import io.diffusion4j.serving.v1.JobState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  private static void create(ToyService server, String id, String webhook) {
    server
        .client()
        .jobs()
        .create(
            CreateGenerationJobRequest.newBuilder()
                .setRequest(Requests.textToImage("a cat").setRequestId(id))
                .setWebhookUrl(webhook)
                .build());
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  private JobStore store() {
    return JobStore.open(folder.resolve("jobs.db"), Duration.ofHours(1));
  }

  /** Waits until the call of the only job was made once, and is to be repeated. */
  private static void awaitOneCall(JobStore store) throws InterruptedException {
    Instant later = Instant.now().plus(Duration.ofDays(1));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (store.dueCalls(later, 1, 1).stream().noneMatch(due -> due.calls() == 1)) {
      assertThat(System.nanoTime()).as("time without a call").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
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
    String id = newId();
    try (var store = store();
        var server =
            ToyService.onPort(asked -> {}, new JobsModule(store, Webhooks.read(secret, true)))) {
      create(server, id, url);
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

  /** Only the status of an answer matters, so that a long one takes no memory. */
  @Test
  void aLongAnswerIsNotRead() throws Exception {
    var calls = new AtomicInteger();
    var receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/hook",
        exchange -> {
          calls.incrementAndGet();
          exchange.sendResponseHeaders(200, 0);
          try (var body = exchange.getResponseBody()) {
            body.write(new byte[1 << 20]);
          }
        });
    receiver.start();
    String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook";
    try (var store = store();
        var server =
            ToyService.onPort(asked -> {}, new JobsModule(store, Webhooks.read(secret, true)))) {
      create(server, newId(), url);
      awaitOneCall(store);
      assertThat(calls).hasValue(1);
    } finally {
      receiver.stop(0);
    }
  }

  /** Its address was public when the job was made, or is one of several. */
  @Test
  void aNameThatTurnsOutPrivateIsNotCalled() throws Exception {
    InetAddress open = InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 5});
    InetAddress here = InetAddress.getLoopbackAddress();
    Queue<InetAddress[]> answers =
        new ArrayDeque<>(List.of(new InetAddress[] {here}, new InetAddress[] {open, here}));
    try (var receiver = new ServerSocket(0, 8, here)) {
      String url = "https://app.example:" + receiver.getLocalPort() + "/hook";
      while (!answers.isEmpty()) {
        InetAddress[] answer = answers.remove();
        var hooks = Webhooks.read(secret, false, name -> answer);
        try (var store = JobStore.open(folder.resolve(newId()), Duration.ofHours(1));
            var server = ToyService.onPort(asked -> {}, new JobsModule(store, hooks))) {
          create(server, newId(), url);
          awaitOneCall(store);
        }
      }
      receiver.setSoTimeout(200);
      assertThatThrownBy(receiver::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    BlockingQueue<String> called = new LinkedBlockingQueue<>();
    var receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String root = "http://127.0.0.1:" + receiver.getAddress().getPort();
    receiver.createContext(
        "/",
        exchange -> {
          called.add(exchange.getRequestURI().getPath());
          exchange.getResponseHeaders().add("location", root + "/inside");
          exchange.sendResponseHeaders(307, -1);
          exchange.close();
        });
    receiver.start();
    try (var store = store();
        var server =
            ToyService.onPort(asked -> {}, new JobsModule(store, Webhooks.read(secret, true)))) {
      create(server, newId(), root + "/hook");
      awaitOneCall(store);
      assertThat(called).containsExactly("/hook");
    } finally {
      receiver.stop(0);
    }
  }

  /** Its calls last until they are given up, and each of its jobs has one. */
  @Test
  void anOwnerWhoseReceiversDoNotAnswerDelaysNobody() throws Exception {
    var called = new CountDownLatch(1);
    var receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          called.countDown();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    try (var silent = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        var store = store()) {
      String silence = "http://127.0.0.1:" + silent.getLocalPort() + "/hook";
      for (int i = 0; i < 200; i++) {
        add(store, "eve", silence);
      }
      add(store, "bob", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook");
      Webhooks.read(secret, true).begin(store);
      assertThat(called.await(10, TimeUnit.SECONDS)).as("called before the others end").isTrue();
    } finally {
      receiver.stop(0);
    }
  }

  /** Each of its look-ups lasts until the test ends. */
  @Test
  void anOwnerWhoseNameServerDoesNotAnswerDelaysNobody() throws Exception {
    var called = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    var receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          called.countDown();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    var lookUps = new AtomicInteger();
    var most = new CountDownLatch(8);
    LookUps.Names names =
        name -> {
          if (name.endsWith("silent.example")) {
            lookUps.incrementAndGet();
            most.countDown();
            try {
              end.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          return new InetAddress[] {InetAddress.getLoopbackAddress()};
        };
    try (var store = store()) {
      for (int i = 0; i < 64; i++) {
        add(store, "eve", "http://a" + i + ".silent.example/hook");
      }
      add(store, "bob", "http://app.example:" + receiver.getAddress().getPort() + "/hook?a=b");
      Webhooks.read(secret, true, names).begin(store);
      assertThat(called.await(10, TimeUnit.SECONDS)).as("called before the others end").isTrue();
      assertThat(most.await(10, TimeUnit.SECONDS)).as("eight look-ups at once").isTrue();
      assertThat(lookUps).as("and no more").hasValue(8);
    } finally {
      end.countDown();
      receiver.stop(0);
    }
  }

  @Test
  void aLookUpHasATimeLimitAndItsThreadCounts() throws Exception {
    var end = new CountDownLatch(1);
    LookUps.Names names =
        name -> {
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return new InetAddress[] {InetAddress.getLoopbackAddress()};
        };
    var lookUps = new LookUps(names, true, 2, Duration.ofMillis(10));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> lookUps.address("eve", "silent.example").get())
          .hasCauseInstanceOf(TimeoutException.class);
    }
    assertThatThrownBy(() -> lookUps.address("eve", "silent.example").get())
        .hasMessageContaining("silent.example (expected: name servers that answer)");
    end.countDown();
    boolean again = false;
    while (!again) { // until the threads have ended
      again = lookUps.address("eve", "app.example").handle((address, e) -> address != null).get();
    }
  }

  /** Adds a job that was cancelled, so that its call is due. */
  private static void add(JobStore store, String owner, String webhook) {
    var request = Requests.textToImage("a cat").build();
    var key = new JobKey(owner, newId());
    store.add(key, request, request, Quota.NONE, webhook, Instant.now());
    store.cancel(key, Instant.now());
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
