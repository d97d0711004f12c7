package io.diffusion4j.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Module;
import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.JobClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.v1.CreateGenerationJobRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationJob;
import io.diffusion4j.serving.v1.JobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class JobServiceTest {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private static final Module TENANTS =
      ToyService.asking(
          token ->
              new Principal(
                  token, Set.of(Role.GENERATE), Set.of(Principal.EVERY_MODEL), Quota.NONE));

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
    store = JobStore.open(folder.resolve("jobs.db"), Duration.ofHours(1));
    server = ToyService.onPort(asked -> pass(), new JobsModule(store, Webhooks.none()), TENANTS);
    client = as("ann");
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

  private GenerationClient as(String token) {
    return GenerationClient.connect(
        "127.0.0.1:" + server.port(), Connection.PLAINTEXT.withToken(token));
  }

  private static GenerateImagesRequest request(String id) {
    return Requests.textToImage("a cat").setRequestId(id).setImageCount(2).build();
  }

  private static CreateGenerationJobRequest job(String id) {
    return CreateGenerationJobRequest.newBuilder().setRequest(request(id)).build();
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  @Test
  void aJobGivesTheImagesOfTheSameRequest() throws InterruptedException {
    String id = newId();
    GenerationJob created = client.jobs().create(job(id));
    assertThat(created.getId()).isEqualTo(id);
    GenerationJob ended = client.jobs().await(id, PAUSE);
    assertThat(ended.getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
    var direct =
        client.generate(
            request(newId()).toBuilder().addAllSeeds(ended.getRequest().getSeedsList()).build());
    assertThat(ended.getResponse().getImagesList().stream().map(i -> i.getData().toByteArray()))
        .containsExactlyElementsOf(direct.images().stream().map(p -> p.png()).toList());
    assertThat(ended.hasExpireTime()).isTrue();
  }

  @Test
  void aRepeatIsTheSameJobAndAnotherRequestIsRefused() {
    String id = newId();
    client.jobs().create(job(id));
    assertThat(client.jobs().create(job(id)).getId()).isEqualTo(id);
    assertThat(client.jobs().list()).hasSize(1);
    var other = job(id).toBuilder();
    other.getRequestBuilder().setImageCount(3);
    refused(() -> client.jobs().create(other.build()), "ALREADY_EXISTS");
  }

  @Test
  void tenantsDoNotSeeEachOther() throws InterruptedException {
    String id = newId();
    client.jobs().create(job(id));
    client.jobs().await(id, PAUSE);
    try (var bob = as("bob")) {
      JobClient others = bob.jobs();
      assertThat(others.list()).isEmpty();
      refused(() -> others.get(id), "NOT_FOUND");
      refused(() -> others.cancel(id), "NOT_FOUND");
      refused(() -> others.delete(id), "NOT_FOUND");
      assertThat(others.create(job(id)).getState()).isNotEqualTo(JobState.JOB_STATE_SUCCEEDED);
    }
  }

  @Test
  void aJobCanBeCancelledAndThenDeleted() throws InterruptedException {
    gate = new CountDownLatch(1);
    String id = newId();
    client.jobs().create(job(id));
    refused(() -> client.jobs().delete(id), "FAILED_PRECONDITION");
    assertThat(client.jobs().cancel(id).getState()).isEqualTo(JobState.JOB_STATE_CANCELLED);
    gate.countDown();
    server.awaitIdle();
    assertThat(client.jobs().get(id).getState()).isEqualTo(JobState.JOB_STATE_CANCELLED);
    client.jobs().delete(id);
    refused(() -> client.jobs().get(id), "NOT_FOUND");
  }

  @Test
  void moreJobsThanTheQueueHoldsAreAllDrawn() throws InterruptedException {
    List<String> ids = Stream.generate(JobServiceTest::newId).limit(40).toList();
    ids.forEach(id -> client.jobs().create(job(id)));
    for (String id : ids) {
      assertThat(client.jobs().await(id, PAUSE).getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
    }
    assertThat(client.jobs().list()).hasSize(40).allMatch(job -> !job.hasResponse());
  }

  @Test
  void anExpiredResultIsNotFoundWithItsTime() throws InterruptedException {
    String id = newId();
    client.jobs().create(job(id));
    client.jobs().await(id, PAUSE);
    Instant expires = store.find(new JobKey("ann", id)).orElseThrow().expires().orElseThrow();
    store.expire(expires);
    assertThatThrownBy(() -> client.jobs().get(id))
        .hasMessageContaining("job: " + id + " expired at " + expires);
    assertThat(client.jobs().list()).isEmpty();
  }

  @Test
  void badRequestsAreRefusedBeforeTheyAreJobs() {
    var wrong = job(newId()).toBuilder();
    wrong.getRequestBuilder().setImageCount(1000);
    refused(() -> client.jobs().create(wrong.build()), "INVALID_ARGUMENT");
    var hook = job(newId()).toBuilder().setWebhookUrl("https://app.example/");
    assertThatThrownBy(() -> client.jobs().create(hook.build()))
        .hasMessageContaining("expected: none: this server has no secret for webhooks");
    refused(() -> client.jobs().get("nonsense"), "NOT_FOUND");
    assertThat(client.jobs().list()).isEmpty();
  }

  @Test
  void aStoreIsOneServersAndNothingElse() throws IOException {
    Path file = folder.resolve("jobs.db");
    assertThatThrownBy(() -> JobStore.open(file, Duration.ofHours(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("jobs: " + file)
        .hasMessageContaining("expected: a store of jobs that this server alone");
    Path text = Files.writeString(folder.resolve("text"), "no database at all".repeat(100));
    assertThatThrownBy(() -> JobStore.open(text, Duration.ofHours(1)))
        .hasMessageStartingWith("jobs: " + text);
    assertThatThrownBy(() -> JobStore.open(folder.resolve("no/where"), Duration.ofHours(1)))
        .hasMessageStartingWith("jobs: " + folder);
  }

  @Test
  void othersCannotReadTheStore() throws IOException {
    for (String name : List.of("jobs.db", "jobs.db-wal")) {
      assertThat(Files.getPosixFilePermissions(folder.resolve(name)))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
  }

  @Test
  void endsAreRecordedOnce() {
    var key = new JobKey("cleo", newId());
    var asked = request(key.id());
    Instant now = Instant.now();
    gate = new CountDownLatch(1);
    assertThat(store.add(key, asked, asked, Quota.NONE, "", now)).isTrue();
    assertThat(store.add(key, asked, asked, Quota.NONE, "", now)).isFalse();
    assertThat(store.cancel(key, now)).isTrue();
    assertThat(store.cancel(key, now)).isFalse();
    assertThat(store.begin(key)).isFalse();
    assertThat(store.find(key).flatMap(StoredJob::ended))
        .isEqualTo(Optional.of(Instant.ofEpochMilli(now.toEpochMilli())));
  }

  private static void refused(Runnable call, String code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            GenerationException.class, e -> assertThat(e.code().name()).isEqualTo(code));
  }
}
