package io.diffusion4j.jobs;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.rpc.Status;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.provenance.KeyFiles;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.config.StoreLimits;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.JobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs on disk, in SQLite. Every change is on disk when its method returns, so neither the end of
 * the process nor that of the machine loses one. Thread-safe; the file is locked until the store is
 * closed.
 *
 * <p>The requests and results of all jobs, and those of each owner, are bounded by {@link
 * StoreLimits}. A full disk is {@link JobStoreException#isFull}; a few pages are kept so that jobs
 * can still be cancelled and deleted.
 */
public final class JobStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobStore.class);

  /** The time for which the store remembers a job after its result was deleted. */
  private static final Duration REMEMBERED = Duration.ofDays(30);

  /**
   * The free bytes of the disk that new jobs leave to the ends of accepted jobs, and the size of
   * the file that gives way when these are used up by others: a write-ahead log and its pages.
   */
  private static final int MIN_FREE_BYTES = 8 << 20;

  /** The most free pages that are returned to the system in one turn. */
  private static final int MAX_PAGES_A_TURN = 1024;

  private final Path file;
  private final Connection database;
  private final Duration keep;
  private final StoreLimits limits;
  private final List<Runnable> users = new ArrayList<>();
  private boolean closed;

  private JobStore(Path file, Connection database, Duration keep, StoreLimits limits) {
    this.file = file;
    this.database = database;
    this.keep = keep;
    this.limits = limits;
  }

  /** A call that is due. */
  record DueCall(JobKey key, JobState state, Instant ended, String webhook, int calls) {}

  /**
   * The waiting jobs of an owner.
   *
   * @param oldest the job created first
   * @param created its time of creation
   * @param fits whether the store has room for its result
   */
  record Waiting(JobKey oldest, Instant created, long count, boolean fits) {}

  /**
   * Opens or creates a store with the {@link StoreLimits#DEFAULT default limits}; see {@link
   * #open(Path, Duration, StoreLimits)}.
   */
  public static JobStore open(Path file, Duration keep) {
    return open(file, keep, StoreLimits.DEFAULT);
  }

  /**
   * Opens or creates a store. Jobs that were running at its last use are queued again.
   *
   * @param keep how long results are kept
   * @param limits the bytes of all jobs
   * @throws IllegalArgumentException if the file cannot be used, is something else, or another
   *     server has it open
   */
  public static JobStore open(Path file, Duration keep, StoreLimits limits) {
    Check.that(keep.compareTo(Duration.ZERO) > 0, "keep", keep, "> 0");
    createForOwnerOnly(file);
    Connection database;
    try {
      database = DriverManager.getConnection("jdbc:sqlite:" + file);
    } catch (SQLException e) {
      throw unusable(file, e);
    }
    try (var statement = database.createStatement()) {
      statement.execute("PRAGMA locking_mode = EXCLUSIVE");
      int version;
      try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
        version = row.getInt(1);
      }
      Check.that(
          version >= 0 && version <= StoreTables.VERSION,
          "jobs",
          file + " of version " + version,
          "at most %s",
          StoreTables.VERSION);
      if (version == 0) {
        statement.execute("PRAGMA auto_vacuum = INCREMENTAL"); // before the first table
      }
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      if (version < StoreTables.VERSION) {
        StoreTables.create(database, version == 1);
      }
      return new JobStore(file, database, keep, limits);
    } catch (SQLException e) {
      close(database, e);
      throw unusable(file, e);
    } catch (IllegalArgumentException e) {
      close(database, e);
      throw e;
    }
  }

  /**
   * Creates the file so that others cannot read prompts and images; SQLite's further files have the
   * permissions of the first.
   */
  private static void createForOwnerOnly(Path file) {
    if (Files.exists(file)) {
      return;
    }
    try {
      KeyFiles.createForOwnerOnly(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          Check.message("jobs", file + ": " + e, "a file that can be created"), e);
    }
  }

  private static void close(Connection database, Exception cause) {
    try {
      database.close();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static IllegalArgumentException unusable(Path file, SQLException cause) {
    return new IllegalArgumentException(
        Check.message(
            "jobs",
            file + ": " + String.valueOf(cause.getMessage()).replace('\n', ' '),
            "a store of jobs that this server alone can read and write"),
        cause);
  }

  /**
   * Returns whether a job fits in the limit of its owner.
   *
   * @throws JobStoreException if there is no room for the job of any owner
   */
  synchronized boolean fits(String owner, GenerateImagesRequest request) {
    long bytes = request.getSerializedSize();
    if (!hasRoom() || bytes() + bytes > limits.bytes()) {
      throw JobStoreException.full();
    }
    return sum("SELECT SUM(bytes) FROM used WHERE owner = ?", owner) + bytes <= limits.ownerBytes();
  }

  /** Returns the bytes that the jobs of all owners count for. */
  synchronized long bytes() {
    return sum("SELECT SUM(bytes) FROM used");
  }

  /** Returns the limits of the store. */
  StoreLimits limits() {
    return limits;
  }

  /**
   * Adds a waiting job, unless there is one with its key.
   *
   * @return whether it was added
   */
  synchronized boolean add(
      JobKey key,
      GenerateImagesRequest asked,
      GenerateImagesRequest request,
      Quota quota,
      String webhook,
      Instant now) {
    GenerateImagesRequest listed = StoreTables.listed(request);
    boolean whole = !listed.equals(request);
    int bytes = listed.getSerializedSize() + (whole ? request.getSerializedSize() : 0);
    return atomically(
        () -> {
          boolean added =
              change(
                      "INSERT INTO jobs (owner, id, state, asked, listed, images, embeddings, cost,"
                          + " unfinished, webhook, created, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?,"
                          + " ?, ?, ?, ?) ON CONFLICT (owner, id) DO NOTHING",
                      key.owner(),
                      key.id(),
                      JobState.JOB_STATE_WAITING_VALUE,
                      StoreTables.digest(asked),
                      listed.toByteArray(),
                      quota.imagesPerMinute(),
                      quota.embeddingsPerMinute(),
                      quota.costPerMinute(),
                      quota.unfinishedRequests(),
                      webhook,
                      now.toEpochMilli(),
                      StoreTables.ROW_BYTES + bytes)
                  == 1;
          if (added && whole) {
            change(
                "INSERT INTO requests SELECT sequence, ? FROM jobs WHERE owner = ? AND id = ?",
                request.toByteArray(),
                key.owner(),
                key.id());
          }
          return added;
        });
  }

  /** Returns a job with its pictures and its result; an expired job has none. */
  synchronized Optional<StoredJob> find(JobKey key) {
    List<StoredJob> jobs = new ArrayList<>();
    query(
        "SELECT jobs.*, COALESCE(request, listed) AS request, result FROM jobs LEFT JOIN requests"
            + " USING (sequence) LEFT JOIN results USING (sequence) WHERE owner = ? AND id = ?",
        row -> jobs.add(read(row)),
        key.owner(),
        key.id());
    return jobs.stream().findFirst();
  }

  /**
   * Returns jobs of an owner without pictures and results, the newest first.
   *
   * @param before the sequence number after the first
   * @param mostBytes the bytes of requests after which no further job is returned
   */
  synchronized List<StoredJob> list(String owner, long before, int most, long mostBytes) {
    List<StoredJob> jobs = new ArrayList<>();
    query(
        "SELECT jobs.*, listed AS request, NULL AS result FROM jobs JOIN (SELECT sequence,"
            + " SUM(size) OVER (ORDER BY sequence DESC) - size AS ahead FROM (SELECT sequence,"
            + " LENGTH(listed) AS size FROM jobs WHERE owner = ? AND sequence < ? AND expired = 0"
            + " ORDER BY sequence DESC LIMIT ?)) USING (sequence) WHERE ahead < ? ORDER BY sequence"
            + " DESC",
        row -> jobs.add(read(row)),
        owner,
        before,
        most,
        mostBytes);
    return jobs;
  }

  /** Returns the waiting jobs of each owner, the owner of the oldest first. */
  synchronized List<Waiting> waiting() {
    List<Waiting> waiting = new ArrayList<>();
    query(
        "SELECT owner, id, created, count, bytes < ? AND (SELECT SUM(bytes) FROM used) < ? FROM"
            + " (SELECT owner, id, created, MIN(sequence) AS first,"
            + " COUNT(*) AS count FROM jobs WHERE "
            + StoreTables.WAITING
            + " GROUP BY owner) JOIN used USING (owner) ORDER BY first",
        row ->
            waiting.add(
                new Waiting(
                    new JobKey(row.getString(1), row.getString(2)),
                    Instant.ofEpochMilli(row.getLong(3)),
                    row.getLong(4),
                    row.getBoolean(5))),
        limits.ownerBytes(),
        limits.bytes());
    return waiting;
  }

  /** Returns how many jobs of an owner have not ended. */
  synchronized long unfinished(String owner) {
    return sum("SELECT COUNT(*) FROM jobs WHERE owner = ? AND ended IS NULL", owner);
  }

  /** Marks a waiting job as running; returns false if it is no longer waiting. */
  synchronized boolean begin(JobKey key) {
    return move(key, JobState.JOB_STATE_WAITING_VALUE, JobState.JOB_STATE_RUNNING_VALUE);
  }

  /** Marks a running job as waiting; returns false if it is no longer running. */
  synchronized boolean postpone(JobKey key) {
    return withReserve(
        () -> move(key, JobState.JOB_STATE_RUNNING_VALUE, JobState.JOB_STATE_WAITING_VALUE));
  }

  private boolean move(JobKey key, int from, int to) {
    return change(
            "UPDATE jobs SET state = ? WHERE owner = ? AND id = ? AND state = ?",
            to,
            key.owner(),
            key.id(),
            from)
        == 1;
  }

  /** Marks the running jobs as waiting that are not among these. */
  synchronized void postponeExcept(Set<JobKey> running) {
    List<JobKey> lost = new ArrayList<>();
    query(
        "SELECT owner, id FROM jobs WHERE " + StoreTables.RUNNING,
        row -> lost.add(new JobKey(row.getString(1), row.getString(2))));
    lost.stream().filter(key -> !running.contains(key)).forEach(this::postpone);
  }

  /**
   * Ends a running job with its images; returns false if it is no longer running.
   *
   * @throws JobStoreException if there is no room for the images
   */
  synchronized boolean succeed(JobKey key, GenerateImagesResponse response, Instant now) {
    return atomically(() -> end(key, JobState.JOB_STATE_SUCCEEDED, response, now));
  }

  /** Ends an unfinished job with an error; returns false if it has already ended. */
  synchronized boolean fail(JobKey key, Status error, Instant now) {
    return withReserve(() -> end(key, JobState.JOB_STATE_FAILED, error, now));
  }

  /**
   * Cancels an unfinished job and deletes its pictures; returns false if it has ended. It has room
   * on a full disk.
   */
  synchronized boolean cancel(JobKey key, Instant now) {
    return withReserve(
        () -> end(key, JobState.JOB_STATE_CANCELLED, Status.getDefaultInstance(), now));
  }

  /** The result, the end and the due call are recorded in one transaction. */
  private boolean end(JobKey key, JobState state, MessageLite result, Instant now) {
    int size = result.getSerializedSize();
    boolean ended =
        change(
                "UPDATE jobs SET state = ?, bytes = ? + CASE ? WHEN "
                    + JobState.JOB_STATE_CANCELLED_VALUE
                    + " THEN "
                    + StoreTables.ROW_BYTES
                    + " + LENGTH(listed) ELSE bytes END, ended = ?, expires = ?, call_at = CASE"
                    + " webhook WHEN '' THEN NULL ELSE ? END WHERE owner = ? AND id = ? AND ended"
                    + " IS NULL",
                state.getNumber(),
                size,
                state.getNumber(),
                now.toEpochMilli(),
                now.plus(keep).toEpochMilli(),
                now.toEpochMilli(),
                key.owner(),
                key.id())
            == 1;
    if (ended && size > 0) {
      change(
          "INSERT INTO results SELECT sequence, ? FROM jobs WHERE owner = ? AND id = ?",
          result.toByteArray(),
          key.owner(),
          key.id());
    }
    return ended;
  }

  /** Deletes a finished job; returns false if there is none. It has room on a full disk. */
  synchronized boolean delete(JobKey key) {
    return withReserve(
        () ->
            change(
                    "DELETE FROM jobs WHERE owner = ? AND id = ? AND ended IS NOT NULL AND expired"
                        + " = 0",
                    key.owner(),
                    key.id())
                == 1);
  }

  /**
   * Deletes the jobs of a principal that do not run, for operators. It has room on a full disk.
   *
   * @return how many were deleted
   */
  public synchronized int purge(String principal) {
    return withReserve(
        () ->
            change(
                "DELETE FROM jobs WHERE owner = ? AND NOT (" + StoreTables.RUNNING + ")",
                principal));
  }

  /** Deletes expired requests and results. */
  synchronized void expire(Instant now) {
    withReserve(
        () ->
            change(
                    "UPDATE jobs SET expired = 1, listed = x'', asked = '', call_at = NULL, bytes"
                        + " = ? WHERE expires <= ? AND expired = 0",
                    StoreTables.ROW_BYTES,
                    now.toEpochMilli())
                + change(
                    "DELETE FROM jobs WHERE expired = 1 AND expires <= ?",
                    now.minus(REMEMBERED).toEpochMilli()));
  }

  /**
   * Returns whether the disk has room for further jobs. Keeps the reserve, and returns free pages
   * to the system.
   */
  synchronized boolean hasRoom() {
    try {
      return keepsReserve();
    } catch (JobStoreException e) {
      if (e.isFull()) {
        return false;
      }
      throw e;
    }
  }

  private boolean keepsReserve() {
    try (var vacuum = database.createStatement()) {
      vacuum.executeUpdate("PRAGMA incremental_vacuum(" + MAX_PAGES_A_TURN + ")");
      change(StoreTables.RESERVE);
      boolean room = Files.getFileStore(file).getUsableSpace() >= 2L * MIN_FREE_BYTES;
      if (room && !Files.exists(reserve())) {
        Files.write(reserve(), new byte[MIN_FREE_BYTES]);
      }
      return room;
    } catch (SQLException | IOException e) {
      throw new JobStoreException(e);
    }
  }

  /**
   * Returns calls that are due: the earliest of each owner, then the second of each, and so on.
   *
   * @param mostOfAnOwner how many of one owner
   * @param most how many of all
   */
  synchronized List<DueCall> dueCalls(Instant now, int mostOfAnOwner, int most) {
    List<DueCall> due = new ArrayList<>();
    query(
        "SELECT owner, id, state, ended, webhook, calls FROM (SELECT *, ROW_NUMBER() OVER"
            + " (PARTITION BY owner ORDER BY call_at) AS place FROM jobs WHERE call_at <= ?) WHERE"
            + " place <= ? ORDER BY place, call_at LIMIT ?",
        row ->
            due.add(
                new DueCall(
                    key(row),
                    state(row),
                    time(row, "ended").orElse(now),
                    row.getString("webhook"),
                    row.getInt("calls"))),
        now.toEpochMilli(),
        mostOfAnOwner,
        most);
    return due;
  }

  /** Returns the number of due and later calls with at least this many failed attempts. */
  synchronized long calls(int least) {
    return sum("SELECT COUNT(*) FROM jobs WHERE call_at IS NOT NULL AND calls >= ?", least);
  }

  /**
   * Records a call.
   *
   * @param next the time of the next attempt; empty after a success and after the last attempt
   */
  synchronized void called(JobKey key, Optional<Instant> next) {
    withReserve(
        () ->
            change(
                "UPDATE jobs SET calls = calls + 1, call_at = ? WHERE owner = ? AND id = ?",
                next.map(Instant::toEpochMilli).orElse(null),
                key.owner(),
                key.id()));
  }

  private static JobKey key(ResultSet row) throws SQLException {
    return new JobKey(row.getString("owner"), row.getString("id"));
  }

  private static JobState state(ResultSet row) throws SQLException {
    JobState state = JobState.forNumber(row.getInt("state"));
    return state == null ? JobState.JOB_STATE_UNSPECIFIED : state;
  }

  private static StoredJob read(ResultSet row) throws SQLException {
    JobState state = state(row);
    JobKey key = key(row);
    byte[] result = row.getBytes("result");
    return new StoredJob(
        key,
        row.getLong("sequence"),
        state,
        row.getString("asked"),
        parsed(key, GenerateImagesRequest.parser(), row.getBytes("request")),
        new Quota(
            row.getInt("images"),
            row.getInt("embeddings"),
            row.getInt("cost"),
            row.getInt("unfinished")),
        row.getString("webhook"),
        Instant.ofEpochMilli(row.getLong("created")),
        time(row, "ended"),
        time(row, "expires"),
        result != null && state == JobState.JOB_STATE_SUCCEEDED
            ? parsed(key, GenerateImagesResponse.parser(), result)
            : Optional.empty(),
        result != null && state == JobState.JOB_STATE_FAILED
            ? parsed(key, Status.parser(), result)
            : Optional.empty(),
        row.getBoolean("expired"));
  }

  /** Returns a stored message; empty if it is damaged. */
  private static <T> Optional<T> parsed(JobKey key, Parser<T> parser, byte[] bytes) {
    try {
      return Optional.of(parser.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("job {} of {} cannot be read: {}", key.id(), key.owner(), e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  /** Reads a row. */
  interface RowReader {
    void read(ResultSet row) throws SQLException;
  }

  /** Runs a statement that returns rows. */
  synchronized void query(String sql, RowReader reader, Object... values) {
    try (PreparedStatement statement = database.prepareStatement(sql)) {
      set(statement, values);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reader.read(rows);
        }
      }
    } catch (SQLException e) {
      throw new JobStoreException(e);
    }
  }

  private long sum(String sql, Object... values) {
    List<Long> sum = new ArrayList<>();
    query(sql, row -> sum.add(row.getLong(1)), values);
    return sum.get(0);
  }

  private int change(String sql, @Nullable Object... values) {
    try (PreparedStatement statement = database.prepareStatement(sql)) {
      set(statement, values);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new JobStoreException(e);
    }
  }

  private Path reserve() {
    return file.resolveSibling(file.getFileName() + "-reserve");
  }

  /** Runs changes that must have room on a full disk; they take what is kept for it. */
  private <T> T withReserve(Supplier<T> changes) {
    try {
      return atomically(changes);
    } catch (JobStoreException e) {
      if (!e.isFull()) {
        throw e;
      }
      takeReserve();
      return atomically(changes);
    }
  }

  private void takeReserve() {
    try {
      Files.deleteIfExists(reserve());
    } catch (IOException e) {
      throw new JobStoreException(e);
    }
    query("PRAGMA wal_checkpoint(TRUNCATE)", row -> {});
    change("DELETE FROM reserve");
  }

  /** Runs changes in one transaction. */
  private <T> T atomically(Supplier<T> changes) {
    change("BEGIN");
    try {
      T result = changes.get();
      change("COMMIT");
      return result;
    } catch (RuntimeException e) {
      rollBack(e);
      throw e;
    }
  }

  private void rollBack(RuntimeException cause) {
    try {
      change("ROLLBACK");
    } catch (JobStoreException e) { // on a full disk, SQLite may have rolled back already
      cause.addSuppressed(e);
    }
  }

  private static void set(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }

  /** Returns whether the store is closed, so that nothing can be read or recorded. */
  synchronized boolean isClosed() {
    return closed;
  }

  /** Registers what ends a use of this store, before the store is closed. */
  synchronized void beforeClose(Runnable end) {
    users.add(end);
  }

  /** Ends the work on the jobs, then closes the file. */
  @Override
  public void close() {
    List<Runnable> ends;
    synchronized (this) {
      ends = List.copyOf(users);
    }
    ends.forEach(Runnable::run); // without the lock, which work needs until it has ended
    synchronized (this) {
      closed = true;
      try {
        database.close();
      } catch (SQLException e) {
        throw new JobStoreException(e);
      }
    }
  }
}
