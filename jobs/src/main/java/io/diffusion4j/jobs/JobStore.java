package io.diffusion4j.jobs;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.rpc.Status;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.provenance.key.KeyFiles;
import io.diffusion4j.serving.auth.Quota;
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
import org.jspecify.annotations.Nullable;

/**
 * Jobs on disk, in SQLite. Every change is on disk when its method returns, so neither the end of
 * the process nor that of the machine loses one. Thread-safe; the file is locked until the store is
 * closed.
 */
public final class JobStore implements AutoCloseable {
  private static final int VERSION = 1;

  /** The time for which the store remembers a job after its result was deleted. */
  private static final Duration REMEMBERED = Duration.ofDays(30);

  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS jobs (sequence INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT"
          + " NULL, id TEXT NOT NULL, state INTEGER NOT NULL, asked BLOB NOT NULL, request BLOB NOT"
          + " NULL, images INTEGER NOT NULL, embeddings INTEGER NOT NULL, cost INTEGER NOT NULL,"
          + " unfinished INTEGER NOT NULL, webhook TEXT NOT NULL, created INTEGER NOT NULL, ended"
          + " INTEGER, expires INTEGER, result BLOB, expired INTEGER NOT NULL DEFAULT 0, call_at"
          + " INTEGER, calls INTEGER NOT NULL DEFAULT 0, UNIQUE (owner, id))";

  private final Connection database;
  private final Duration keep;

  private JobStore(Connection database, Duration keep) {
    this.database = database;
    this.keep = keep;
  }

  /** A call that is due. */
  record DueCall(StoredJob job, int calls) {}

  /**
   * Opens or creates a store. Jobs that were running at its last use are queued again.
   *
   * @param keep how long results are kept
   * @throws IllegalArgumentException if the file cannot be used, is something else, or another
   *     server has it open
   */
  public static JobStore open(Path file, Duration keep) {
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
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      int version;
      try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
        version = row.getInt(1);
      }
      Check.that(
          version == 0 || version == VERSION,
          "jobs",
          file + " of version " + version,
          "%s",
          VERSION);
      statement.execute(TABLE);
      statement.execute("CREATE INDEX IF NOT EXISTS by_state ON jobs (state, sequence)");
      statement.execute("CREATE INDEX IF NOT EXISTS by_call ON jobs (call_at)");
      statement.execute("PRAGMA user_version = " + VERSION);
      statement.execute(
          "UPDATE jobs SET state = "
              + JobState.JOB_STATE_WAITING_VALUE
              + " WHERE state = "
              + JobState.JOB_STATE_RUNNING_VALUE);
      return new JobStore(database, keep);
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
    return change(
            "INSERT OR IGNORE INTO jobs (owner, id, state, asked, request, images, embeddings,"
                + " cost, unfinished, webhook, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            key.owner(),
            key.id(),
            JobState.JOB_STATE_WAITING_VALUE,
            asked.toByteArray(),
            request.toByteArray(),
            quota.imagesPerMinute(),
            quota.embeddingsPerMinute(),
            quota.costPerMinute(),
            quota.unfinishedRequests(),
            webhook,
            now.toEpochMilli())
        == 1;
  }

  /** Returns a job with its result; an expired job has none. */
  synchronized Optional<StoredJob> find(JobKey key) {
    return jobs("WHERE owner = ? AND id = ?", true, key.owner(), key.id()).stream().findFirst();
  }

  /** Returns jobs of an owner without results, the newest first, from before a sequence number. */
  synchronized List<StoredJob> list(String owner, long before, int most) {
    return jobs(
        "WHERE owner = ? AND sequence < ? AND expired = 0 ORDER BY sequence DESC LIMIT ?",
        false,
        owner,
        before,
        most);
  }

  /** Returns the keys of waiting jobs, the oldest first. */
  synchronized List<JobKey> waiting(int most) {
    List<JobKey> keys = new ArrayList<>();
    query(
        "SELECT owner, id FROM jobs WHERE state = ? ORDER BY sequence LIMIT ?",
        row -> keys.add(new JobKey(row.getString(1), row.getString(2))),
        JobState.JOB_STATE_WAITING_VALUE,
        most);
    return keys;
  }

  /** Returns how many jobs of an owner have not ended. */
  synchronized int unfinished(String owner) {
    List<Integer> count = new ArrayList<>();
    query(
        "SELECT COUNT(*) FROM jobs WHERE owner = ? AND ended IS NULL",
        row -> count.add(row.getInt(1)),
        owner);
    return count.get(0);
  }

  /** Marks a waiting job as running; returns false if it is no longer waiting. */
  synchronized boolean begin(JobKey key) {
    return move(key, JobState.JOB_STATE_WAITING_VALUE, JobState.JOB_STATE_RUNNING_VALUE);
  }

  /** Marks a running job as waiting; returns false if it is no longer running. */
  synchronized boolean postpone(JobKey key) {
    return move(key, JobState.JOB_STATE_RUNNING_VALUE, JobState.JOB_STATE_WAITING_VALUE);
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

  /** Ends a running job with its images; returns false if it is no longer running. */
  synchronized boolean succeed(JobKey key, GenerateImagesResponse response, Instant now) {
    return end(key, JobState.JOB_STATE_SUCCEEDED, response, now);
  }

  /** Ends an unfinished job with an error; returns false if it has already ended. */
  synchronized boolean fail(JobKey key, Status error, Instant now) {
    return end(key, JobState.JOB_STATE_FAILED, error, now);
  }

  /** Cancels an unfinished job; returns false if it has ended. */
  synchronized boolean cancel(JobKey key, Instant now) {
    return end(key, JobState.JOB_STATE_CANCELLED, Status.getDefaultInstance(), now);
  }

  /** The result, the end and the due call are recorded in one transaction. */
  private boolean end(JobKey key, JobState state, MessageLite result, Instant now) {
    return change(
            "UPDATE jobs SET state = ?, result = ?, ended = ?, expires = ?, call_at = CASE webhook"
                + " WHEN '' THEN NULL ELSE ? END WHERE owner = ? AND id = ? AND ended IS NULL",
            state.getNumber(),
            result.toByteArray(),
            now.toEpochMilli(),
            now.plus(keep).toEpochMilli(),
            now.toEpochMilli(),
            key.owner(),
            key.id())
        == 1;
  }

  /** Deletes a finished job; returns false if there is none. */
  synchronized boolean delete(JobKey key) {
    return change(
            "DELETE FROM jobs WHERE owner = ? AND id = ? AND ended IS NOT NULL AND expired = 0",
            key.owner(),
            key.id())
        == 1;
  }

  /** Deletes expired requests and results. */
  synchronized void expire(Instant now) {
    change(
        "UPDATE jobs SET expired = 1, asked = x'', request = x'', result = NULL, call_at = NULL"
            + " WHERE expires <= ? AND expired = 0",
        now.toEpochMilli());
    change(
        "DELETE FROM jobs WHERE expired = 1 AND expires <= ?",
        now.minus(REMEMBERED).toEpochMilli());
  }

  /**
   * Returns calls that are due, without results: the earliest of each owner, then the second of
   * each, and so on.
   *
   * @param mostOfAnOwner how many of one owner
   * @param most how many of all
   */
  synchronized List<DueCall> dueCalls(Instant now, int mostOfAnOwner, int most) {
    List<DueCall> due = new ArrayList<>();
    query(
        "SELECT jobs.* FROM jobs JOIN (SELECT sequence, ROW_NUMBER() OVER (PARTITION BY owner"
            + " ORDER BY call_at) AS place FROM jobs WHERE call_at <= ?) AS due"
            + " ON jobs.sequence = due.sequence WHERE place <= ? ORDER BY place, call_at LIMIT ?",
        row -> due.add(new DueCall(read(row, false), row.getInt("calls"))),
        now.toEpochMilli(),
        mostOfAnOwner,
        most);
    return due;
  }

  /**
   * Records a call.
   *
   * @param next the time of the next attempt; empty after a success and after the last attempt
   */
  synchronized void called(JobKey key, Optional<Instant> next) {
    change(
        "UPDATE jobs SET calls = calls + 1, call_at = ? WHERE owner = ? AND id = ?",
        next.map(Instant::toEpochMilli).orElse(null),
        key.owner(),
        key.id());
  }

  private List<StoredJob> jobs(String where, boolean withResults, Object... values) {
    List<StoredJob> jobs = new ArrayList<>();
    query("SELECT * FROM jobs " + where, row -> jobs.add(read(row, withResults)), values);
    return jobs;
  }

  private static StoredJob read(ResultSet row, boolean withResult)
      throws SQLException, InvalidProtocolBufferException {
    JobState state = JobState.forNumber(row.getInt("state"));
    byte[] result = withResult ? row.getBytes("result") : null;
    boolean succeeded = state == JobState.JOB_STATE_SUCCEEDED;
    boolean failed = state == JobState.JOB_STATE_FAILED;
    return new StoredJob(
        new JobKey(row.getString("owner"), row.getString("id")),
        row.getLong("sequence"),
        state == null ? JobState.JOB_STATE_UNSPECIFIED : state,
        GenerateImagesRequest.parseFrom(row.getBytes("asked")),
        GenerateImagesRequest.parseFrom(row.getBytes("request")),
        new Quota(
            row.getInt("images"),
            row.getInt("embeddings"),
            row.getInt("cost"),
            row.getInt("unfinished")),
        row.getString("webhook"),
        Instant.ofEpochMilli(row.getLong("created")),
        time(row, "ended"),
        time(row, "expires"),
        result != null && succeeded
            ? Optional.of(GenerateImagesResponse.parseFrom(result))
            : Optional.empty(),
        result != null && failed ? Optional.of(Status.parseFrom(result)) : Optional.empty(),
        row.getBoolean("expired"));
  }

  private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  /** Reads a row. */
  private interface RowReader {
    void read(ResultSet row) throws SQLException, InvalidProtocolBufferException;
  }

  private void query(String sql, RowReader reader, Object... values) {
    try (PreparedStatement statement = database.prepareStatement(sql)) {
      set(statement, values);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reader.read(rows);
        }
      }
    } catch (SQLException | InvalidProtocolBufferException e) {
      throw new JobStoreException(e);
    }
  }

  private int change(String sql, @Nullable Object... values) {
    try (PreparedStatement statement = database.prepareStatement(sql)) {
      set(statement, values);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new JobStoreException(e);
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
    try {
      return database.isClosed();
    } catch (SQLException e) {
      throw new JobStoreException(e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      database.close();
    } catch (SQLException e) {
      throw new JobStoreException(e);
    }
  }
}
