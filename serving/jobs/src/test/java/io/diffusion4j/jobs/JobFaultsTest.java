package io.diffusion4j.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Module;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.JobClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.MetricsModule;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.config.Limits;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.StoreLimits;
import io.diffusion4j.serving.v1.CreateGenerationJobRequest;
import io.diffusion4j.serving.v1.JobState;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Full disks, damaged requests and greedy owners: other jobs are drawn, and none is stuck. */
@Timeout(60)
class JobFaultsTest {
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final long OWNER_MEGABYTES = 4;

  /** The side of a picture whose file has 750 kB. */
  private static final int LARGE = 500;

  /** The principals whose names begin with "poor" may draw one image a minute. */
  private static final Module TENANTS =
      ToyService.asking(
          token ->
              new Principal(
                  token,
                  Set.of(Role.GENERATE, Role.METRICS),
                  Set.of(Principal.EVERY_MODEL),
                  token.startsWith("poor") ? new Quota(1, 1000, 1000) : Quota.NONE));

  @TempDir private Path folder = Path.of("");
  private volatile CountDownLatch gate = new CountDownLatch(0);

  @SuppressWarnings("NullAway.Init") // set by JUnit before each test
  private JobStore store;

  @SuppressWarnings("NullAway.Init")
  private ToyService server;

  @SuppressWarnings("NullAway.Init")
  private GenerationClient client;

  @BeforeEach
  void start() {
    store =
        JobStore.open(
            folder.resolve("jobs.db"),
            Duration.ofHours(1),
            new StoreLimits(64L << 20, OWNER_MEGABYTES << 20));
    var config =
        ServerConfig.loopback()
            .withPort(0)
            .withGrace(Duration.ofSeconds(5))
            .withLimits(Limits.defaults().withJobBytes(16 << 20));
    server =
        ToyService.onPort(
            config,
            asked -> pass(),
            new JobsModule(store, Webhooks.none()),
            new MetricsModule(),
            TENANTS);
    client =
        GenerationClient.connect(
            "127.0.0.1:" + server.port(), Connection.PLAINTEXT.withToken("ann"));
  }

  @AfterEach
  void stop() {
    gate.countDown();
    client.close();
    server.close();
    store.close();
  }

  private void pass() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  private static CreateGenerationJobRequest job(String id) {
    var request = Requests.textToImage("a cat").setRequestId(id).setImageCount(2);
    return CreateGenerationJobRequest.newBuilder().setRequest(request).build();
  }

  /** Adds a job directly to the store, as the calls of a thousand take their time. */
  private void add(String owner, int count) {
    Quota quota = owner.startsWith("poor") ? new Quota(1, 1000, 1000) : Quota.NONE;
    for (int i = 0; i < count; i++) {
      var request = Requests.textToImage("a cat").setRequestId(newId()).build();
      var key = new JobKey(owner, request.getRequestId());
      store.add(key, request, request, quota, "", Instant.now());
    }
  }

  private void fillDisk() {
    store.query("PRAGMA max_page_count = 1", row -> {}); // no page more than there are
  }

  private void makeRoom() {
    store.query("PRAGMA max_page_count = 1000000", row -> {});
  }

  private void await(String id, JobState state) throws InterruptedException {
    while (client.jobs().get(id).getState() != state) {
      Thread.sleep(PAUSE.toMillis());
    }
  }

  @Test
  void theJobsOfOneOwnerDoNotHideThoseOfAnother() throws InterruptedException {
    add("poor", 1001);
    String id = newId();
    client.jobs().create(job(id));
    assertThat(client.jobs().await(id, PAUSE).getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
  }

  @Test
  void neitherDoThoseOfTwo() throws InterruptedException {
    add("poor", 600);
    add("poorer", 600);
    String id = newId();
    client.jobs().create(job(id));
    assertThat(client.jobs().await(id, PAUSE).getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
  }

  @Test
  void aResultWaitsForRoomOnTheDisk() throws InterruptedException {
    gate = new CountDownLatch(1);
    String id = newId();
    client.jobs().create(job(id));
    await(id, JobState.JOB_STATE_RUNNING);
    fillDisk();
    gate.countDown();
    server.awaitIdle();
    assertThat(client.jobs().get(id).getState()).isEqualTo(JobState.JOB_STATE_RUNNING);
    makeRoom();
    assertThat(client.jobs().await(id, PAUSE).getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
  }

  @Test
  void aRunningJobThatNobodyRunsIsDrawnAgain() throws InterruptedException {
    add("ann", 1);
    String id = store.list("ann", Long.MAX_VALUE, 1, 1).get(0).key().id();
    store.query("UPDATE jobs SET state = 2 WHERE id = '" + id + "' RETURNING id", row -> {});
    assertThat(client.jobs().await(id, PAUSE).getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
  }

  @Test
  void aFullDiskRefusesJobsAndLetsThemBeCancelledAndDeleted() throws InterruptedException {
    gate = new CountDownLatch(1);
    JobClient jobs = client.jobs();
    String first = newId();
    String second = newId();
    jobs.create(job(first));
    jobs.create(job(second));
    fillDisk();
    String refused = "";
    for (int i = 0; i < 300 && refused.isEmpty(); i++) {
      try {
        jobs.create(job(newId()));
      } catch (GenerationException e) {
        refused = e.code() + " " + e.getMessage();
      }
    }
    assertThat(refused).startsWith("RESOURCE_EXHAUSTED").contains("the store of jobs is full");
    assertThat(jobs.cancel(first).getState()).isEqualTo(JobState.JOB_STATE_CANCELLED);
    jobs.delete(first);
    assertThat(jobs.cancel(second).getState()).isEqualTo(JobState.JOB_STATE_CANCELLED);
    assertThatThrownBy(() -> jobs.get(first)).hasMessageContaining(first);
  }

  @Test
  void aRequestThatCannotBeReadFailsAlone() throws InterruptedException {
    gate = new CountDownLatch(1);
    add("eve", 20);
    store.query("UPDATE jobs SET listed = x'ff' RETURNING id", row -> {});
    gate.countDown();
    String id = newId();
    client.jobs().create(job(id));
    assertThat(client.jobs().await(id, PAUSE).getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
  }

  @Test
  void listsContainNoPictures() {
    gate = new CountDownLatch(1);
    String id = newId();
    client.jobs().create(variation(id, ToyService.IMAGE_SIZE));
    assertThat(client.jobs().get(id).getRequest().getVariation().getImage().getData().size())
        .isPositive();
    var listed = client.jobs().list().get(0);
    assertThat(listed.getRequest().getVariation().hasImage()).isTrue();
    assertThat(listed.getRequest().getVariation().getImage().getData()).isEmpty();
    assertThat(listed.getRequest().getSeedsList()).isNotEmpty();
  }

  private static CreateGenerationJobRequest variation(String id, int side) {
    var random = new Random(7); // so that the file is as large as the pixels
    var pixels = new float[3 * side * side];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = 2 * random.nextFloat() - 1;
    }
    byte[] file = Png.encode(new Image(side, side, pixels), Map.of());
    var asked = job(id).toBuilder();
    asked
        .getRequestBuilder()
        .getVariationBuilder()
        .getImageBuilder()
        .setData(ByteString.copyFrom(file));
    return asked.build();
  }

  /** The first is repeated, which needs no room; cancelled, it makes some. */
  @Test
  void storedBytesHaveAQuota() {
    gate = new CountDownLatch(1);
    add("ann", 9); // which are drawn, and are waited for
    String first = newId();
    client.jobs().create(variation(first, LARGE));
    List<String> refusals = new ArrayList<>();
    for (int i = 0; i < 8 && refusals.isEmpty(); i++) {
      try {
        client.jobs().create(variation(newId(), LARGE));
      } catch (GenerationException e) {
        refusals.add(e.code() + " " + e.getMessage());
      }
    }
    assertThat(refusals.get(0))
        .startsWith("RESOURCE_EXHAUSTED")
        .contains("stored megabytes: at most " + OWNER_MEGABYTES + " of ann");
    assertThat(store.bytes()).isLessThan(OWNER_MEGABYTES << 20);
    assertThat(client.jobs().create(variation(first, LARGE)).getId()).isEqualTo(first);
    client.jobs().cancel(first);
    client.jobs().create(variation(newId(), LARGE));
  }

  @Test
  void healthShowsThatTheDiskIsFull() throws InterruptedException {
    awaitHealth(ServingStatus.SERVING);
    store.query("DELETE FROM reserve RETURNING 1", row -> {});
    fillDisk();
    gate = new CountDownLatch(1);
    add("ann", 1);
    JobKey key = store.waiting().get(0).oldest();
    try {
      while (true) { // until the free pages are used
        add("bob", 1);
      }
    } catch (JobStoreException e) {
      assertThat(e.isFull()).isTrue();
    }
    awaitHealth(ServingStatus.NOT_SERVING);
    store.cancel(key, Instant.now());
    makeRoom();
    awaitHealth(ServingStatus.SERVING);
  }

  private void awaitHealth(ServingStatus expected) throws InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    var request = HealthCheckRequest.newBuilder().setService("diffusion4j.v1.JobService").build();
    try {
      while (HealthGrpc.newBlockingStub(channel).check(request).getStatus() != expected) {
        Thread.sleep(PAUSE.toMillis());
      }
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void responsesThatAreNotReadAreBounded() throws Exception {
    gate = new CountDownLatch(1);
    String id = newId();
    client.jobs().create(variation(id, LARGE));
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        silent.add(connect());
      }
      String refused = "";
      while (refused.isEmpty()) { // until the system's own buffers are full
        for (Socket socket : silent) {
          ask(socket, id);
        }
        try {
          client.jobs().get(id);
          Thread.sleep(PAUSE.toMillis());
        } catch (GenerationException e) {
          refused = e.code() + " " + e.getMessage();
        }
      }
      assertThat(refused).startsWith("RESOURCE_EXHAUSTED").contains("memory for requests is full");
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
    boolean read = false;
    while (!read) {
      try {
        read = client.jobs().get(id).getId().equals(id);
      } catch (GenerationException e) {
        Thread.sleep(PAUSE.toMillis());
      }
    }
  }

  private Socket connect() throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    return socket;
  }

  /** Requests a job; nobody reads the response. */
  private static void ask(Socket socket, String id) throws IOException {
    String body = "{\"id\": \"" + id + "\"}";
    String head =
        "POST /diffusion4j.v1.JobService/GetGenerationJob HTTP/1.1\r\nhost: localhost\r\n"
            + "authorization: Bearer ann\r\ncontent-type: application/json\r\ncontent-length: "
            + body.length()
            + "\r\n\r\n";
    socket.getOutputStream().write((head + body).getBytes(UTF_8));
  }

  @Test
  void metersShowTheStore() throws Exception {
    gate = new CountDownLatch(1);
    add("eve", 20);
    String text = "";
    while (!text.contains("diffusion4j_waiting_jobs{principal=\"eve\"} 12")) { // 8 are drawn
      Thread.sleep(PAUSE.toMillis());
      text = meters();
    }
    assertThat(text)
        .contains("diffusion4j_job_store_bytes_most " + (double) (64 << 20))
        .contains("diffusion4j_due_webhooks 0", "diffusion4j_failing_webhooks 0")
        .containsPattern("diffusion4j_job_store_bytes [1-9]")
        .containsPattern("diffusion4j_waiting_jobs_age_seconds [0-9]")
        .containsPattern("diffusion4j_model\\{digest=.*software=");
  }

  private String meters() throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/metrics"))
            .header("authorization", "Bearer ann")
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  @Test
  void aServerThatEndsWhileItDrawsLogsNoError() throws InterruptedException {
    gate = new CountDownLatch(1);
    List<String> ids = Stream.generate(JobFaultsTest::newId).limit(12).toList();
    ids.forEach(id -> client.jobs().create(job(id)));
    await(ids.get(0), JobState.JOB_STATE_RUNNING);
    PrintStream before = System.err;
    var log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, UTF_8));
    try {
      client.close();
      server.close();
      store.close();
    } finally {
      System.setErr(before);
    }
    assertThat(log.toString(UTF_8)).doesNotContain("ERROR").doesNotContain("\tat ");
    store = JobStore.open(folder.resolve("jobs.db"), Duration.ofHours(1));
    assertThat(store.unfinished("ann")).isEqualTo(12);
  }
}
