package io.diffusion4j.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.rpc.Status;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.config.StoreLimits;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.JobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobStoreTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_800_000_000_000L);
  private static final int MEBIBYTE = 1 << 20;

  @TempDir private Path folder = Path.of("");

  private JobStore open(StoreLimits limits) {
    return JobStore.open(folder.resolve("jobs.db"), Duration.ofHours(1), limits);
  }

  private static GenerateImagesRequest variation(int bytes) {
    var request = GenerateImagesRequest.newBuilder().setRequestId(UUID.randomUUID().toString());
    request.getVariationBuilder().getImageBuilder().setData(ByteString.copyFrom(new byte[bytes]));
    return request.addSeeds(7).build();
  }

  private static JobKey add(JobStore store, String owner, GenerateImagesRequest request) {
    var key = new JobKey(owner, request.getRequestId());
    assertThat(store.add(key, request, request, Quota.NONE, "", NOW)).isTrue();
    return key;
  }

  private static GenerateImagesResponse result(int bytes) {
    var image = GeneratedImage.newBuilder().setData(ByteString.copyFrom(new byte[bytes]));
    return GenerateImagesResponse.newBuilder().addImages(image).build();
  }

  @Test
  void aPageEndsAtBytes() {
    try (var store = open(StoreLimits.DEFAULT)) {
      for (int i = 0; i < 5; i++) {
        var request = Requests.textToImage("cat ".repeat(100)).setRequestId("id" + i).build();
        add(store, "ann", request);
      }
      assertThat(store.list("ann", Long.MAX_VALUE, 100, MEBIBYTE)).hasSize(5);
      var page = store.list("ann", Long.MAX_VALUE, 100, 500);
      assertThat(page).extracting(job -> job.key().id()).containsExactly("id4", "id3");
      assertThat(store.list("ann", page.get(1).sequence(), 100, 1)).hasSize(1);
      assertThat(store.list("ann", Long.MAX_VALUE, 3, MEBIBYTE)).hasSize(3);
    }
  }

  @Test
  void requestsAndResultsCountUntilTheyAreDeleted() {
    try (var store = open(StoreLimits.DEFAULT)) {
      JobKey first = add(store, "ann", variation(MEBIBYTE));
      JobKey second = add(store, "ann", variation(MEBIBYTE));
      JobKey third = add(store, "bob", variation(MEBIBYTE));
      assertThat(store.bytes()).isBetween(3L * MEBIBYTE, 3L * MEBIBYTE + 10_000);
      assertThat(store.cancel(first, NOW)).isTrue();
      assertThat(store.bytes()).isBetween(2L * MEBIBYTE, 2L * MEBIBYTE + 10_000);
      assertThat(store.begin(second)).isTrue();
      assertThat(store.succeed(second, result(2 * MEBIBYTE), NOW)).isTrue();
      assertThat(store.bytes()).isBetween(4L * MEBIBYTE, 4L * MEBIBYTE + 10_000);
      assertThat(store.find(second).flatMap(StoredJob::response)).contains(result(2 * MEBIBYTE));
      assertThat(store.fail(third, Status.newBuilder().setMessage("no").build(), NOW)).isTrue();
      assertThat(store.delete(third)).isTrue();
      assertThat(store.bytes()).isBetween(3L * MEBIBYTE, 3L * MEBIBYTE + 10_000);
      store.expire(NOW.plus(Duration.ofHours(2)));
      assertThat(store.bytes()).isLessThan(10_000);
      assertThat(store.find(second).orElseThrow().expired()).isTrue();
      store.expire(NOW.plus(Duration.ofDays(40)));
      assertThat(store.bytes()).isZero();
    }
  }

  @Test
  void aPrincipalsJobsArePurgedButForThoseThatRun() {
    try (var store = open(StoreLimits.DEFAULT)) {
      JobKey running = add(store, "ann", variation(1));
      store.begin(running);
      store.cancel(add(store, "ann", variation(1)), NOW);
      add(store, "ann", variation(1));
      JobKey bob = add(store, "bob", variation(1));
      assertThat(store.purge("ann")).isEqualTo(2);
      assertThat(store.list("ann", Long.MAX_VALUE, 9, MEBIBYTE))
          .extracting(StoredJob::key)
          .containsExactly(running);
      assertThat(store.find(bob)).isPresent();
    }
  }

  @Test
  void aCancelledJobHasNoPictures() {
    try (var store = open(StoreLimits.DEFAULT)) {
      GenerateImagesRequest request = variation(MEBIBYTE);
      JobKey key = add(store, "ann", request);
      assertThat(store.find(key).flatMap(StoredJob::request)).contains(request);
      store.cancel(key, NOW);
      var left = store.find(key).flatMap(StoredJob::request).orElseThrow();
      assertThat(left.getVariation().getImage().getData()).isEmpty();
      assertThat(left.getSeedsList()).containsExactly(7L);
    }
  }

  @Test
  void limitsHoldForAnOwnerAndForAll() {
    try (var store = open(new StoreLimits(5L * MEBIBYTE, 2L * MEBIBYTE))) {
      GenerateImagesRequest request = variation(MEBIBYTE);
      assertThat(store.fits("ann", request)).isTrue();
      add(store, "ann", request);
      assertThat(store.fits("ann", variation(MEBIBYTE))).isFalse();
      assertThat(store.fits("ann", variation(1000))).isTrue();
      assertThat(store.waiting().get(0).fits()).isTrue();
      for (String owner : Set.of("bob", "cleo", "dan")) {
        assertThat(store.fits(owner, request)).isTrue();
        add(store, owner, variation(MEBIBYTE));
      }
      assertThatThrownBy(() -> store.fits("eve", variation(MEBIBYTE)))
          .isInstanceOfSatisfying(JobStoreException.class, e -> assertThat(e.isFull()).isTrue());
      JobKey key = store.waiting().get(0).oldest();
      store.begin(key);
      store.succeed(key, result(2 * MEBIBYTE), NOW);
      assertThat(store.waiting()).hasSize(3).noneMatch(JobStore.Waiting::fits);
      store.delete(key);
      assertThat(store.waiting()).hasSize(3).allMatch(JobStore.Waiting::fits);
    }
  }

  @Test
  void theOldestJobOfEachOwnerIsNext() {
    try (var store = open(StoreLimits.DEFAULT)) {
      JobKey ann = add(store, "ann", variation(1));
      add(store, "ann", variation(1));
      JobKey bob = add(store, "bob", variation(1));
      assertThat(store.waiting())
          .containsExactly(
              new JobStore.Waiting(ann, NOW, 2, true), new JobStore.Waiting(bob, NOW, 1, true));
      store.begin(ann);
      assertThat(store.waiting()).extracting(JobStore.Waiting::count).containsExactly(1L, 1L);
      store.postponeExcept(Set.of(ann));
      assertThat(store.begin(ann)).isFalse();
      store.postponeExcept(Set.of());
      assertThat(store.begin(ann)).isTrue();
    }
  }

  @Test
  void theFileShrinksWhenJobsAreDeleted() throws IOException {
    Path file = folder.resolve("jobs.db");
    long full;
    try (var store = open(StoreLimits.DEFAULT)) {
      JobKey key = add(store, "ann", variation(8 * MEBIBYTE));
      store.cancel(key, NOW);
      full = pages(store);
      for (int i = 0; i < 3; i++) {
        assertThat(store.hasRoom()).isTrue();
      }
      assertThat(pages(store)).isLessThan(full / 10);
    }
    assertThat(Files.size(file)).isLessThan(MEBIBYTE);
  }

  @Test
  void aReserveGivesWayOnAFullDisk() {
    Path reserve = folder.resolve("jobs.db-reserve");
    try (var store = open(StoreLimits.DEFAULT)) {
      assertThat(store.hasRoom()).isTrue();
      assertThat(reserve).hasSize(8L * MEBIBYTE);
      JobKey first = add(store, "ann", Requests.textToImage("a").setRequestId("first").build());
      store.query("PRAGMA max_page_count = 1", row -> {}); // no page more than there are
      List<JobKey> keys = new ArrayList<>(List.of(first));
      assertThatThrownBy(
              () -> {
                while (true) {
                  keys.add(
                      add(
                          store,
                          "ann",
                          Requests.textToImage("a").setRequestId("id" + keys.size()).build()));
                }
              })
          .isInstanceOf(JobStoreException.class);
      for (JobKey key : keys) {
        assertThat(store.cancel(key, NOW)).isTrue();
      }
      assertThat(reserve).doesNotExist();
      for (JobKey key : keys) {
        assertThat(store.delete(key)).isTrue();
      }
      store.query("PRAGMA max_page_count = 100000", row -> {});
      assertThat(store.hasRoom()).isTrue();
      assertThat(reserve).exists();
    }
  }

  private static long pages(JobStore store) {
    var pages = new long[1];
    store.query(
        "PRAGMA page_count",
        row -> {
          pages[0] = row.getLong(1);
        });
    return pages[0];
  }

  /** Its rows contained the request as it came, that with its defaults, and the result. */
  @Test
  void aStoreOfTheFirstVersionIsMoved() throws SQLException {
    GenerateImagesRequest waiting = variation(MEBIBYTE);
    GenerateImagesRequest text = Requests.textToImage("a cat").setRequestId("text").build();
    try (var old = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("jobs.db"));
        var statement = old.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute(
          "CREATE TABLE jobs (sequence INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, id"
              + " TEXT NOT NULL, state INTEGER NOT NULL, asked BLOB NOT NULL, request BLOB NOT"
              + " NULL, images INTEGER NOT NULL, embeddings INTEGER NOT NULL, cost INTEGER NOT"
              + " NULL, unfinished INTEGER NOT NULL, webhook TEXT NOT NULL, created INTEGER NOT"
              + " NULL, ended INTEGER, expires INTEGER, result BLOB, expired INTEGER NOT NULL"
              + " DEFAULT 0, call_at INTEGER, calls INTEGER NOT NULL DEFAULT 0, UNIQUE (owner,"
              + " id))");
      statement.execute("CREATE INDEX by_state ON jobs (state, sequence)");
      statement.execute("CREATE INDEX by_call ON jobs (call_at)");
      statement.execute("PRAGMA user_version = 1");
      try (var add =
          old.prepareStatement(
              "INSERT INTO jobs (owner, id, state, asked, request, images, embeddings, cost,"
                  + " unfinished, webhook, created, ended, expires, result) VALUES ('ann', ?, ?, ?,"
                  + " ?, 1, 2, 3, 4, '', 5, ?, ?, ?)")) {
        insert(add, waiting, JobState.JOB_STATE_RUNNING, null);
        insert(add, text, JobState.JOB_STATE_SUCCEEDED, result(MEBIBYTE).toByteArray());
        insert(add, variation(MEBIBYTE), JobState.JOB_STATE_CANCELLED, new byte[0]);
      }
    }
    try (var store = open(StoreLimits.DEFAULT)) {
      var moved = store.find(new JobKey("ann", waiting.getRequestId())).orElseThrow();
      assertThat(moved.request()).contains(waiting);
      assertThat(moved.asked()).isEqualTo(StoreTables.digest(waiting));
      assertThat(moved.quota()).isEqualTo(new Quota(1, 2, 3, 4));
      var ended = store.find(new JobKey("ann", "text")).orElseThrow();
      assertThat(ended.response()).contains(result(MEBIBYTE));
      assertThat(ended.expires()).contains(NOW);
      assertThat(ended.request()).contains(text);
      assertThat(store.bytes()).isBetween(2L * MEBIBYTE, 2L * MEBIBYTE + 10_000);
      store.postponeExcept(Set.of());
      assertThat(store.waiting()).hasSize(1);
      var next = add(store, "ann", variation(1));
      assertThat(store.find(next).orElseThrow().sequence()).isEqualTo(4);
      assertThat(pages(store)).isLessThan(3L * MEBIBYTE / 4096);
    }
    open(StoreLimits.DEFAULT).close();
  }

  private static void insert(
      PreparedStatement add,
      GenerateImagesRequest request,
      JobState state,
      byte @Nullable [] result)
      throws SQLException {
    add.setString(1, request.getRequestId());
    add.setInt(2, state.getNumber());
    add.setBytes(3, request.toByteArray());
    add.setBytes(4, request.toByteArray());
    add.setObject(5, result == null ? null : NOW.toEpochMilli());
    add.setObject(6, result == null ? null : NOW.toEpochMilli());
    add.setBytes(7, result);
    add.executeUpdate();
  }
}
