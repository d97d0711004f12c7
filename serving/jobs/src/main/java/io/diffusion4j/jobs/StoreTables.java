package io.diffusion4j.jobs;

import com.google.common.hash.Hashing;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.JobState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of a {@link JobStore}. What is read often is small and in {@code jobs}; requests with
 * pictures and results have tables of their own, so that lists do not read them and a change of
 * state does not write them again.
 */
final class StoreTables {
  private static final Logger LOG = LoggerFactory.getLogger(StoreTables.class);

  /** The version of the tables, in the file's {@code user_version}. */
  static final int VERSION = 2;

  /** The bytes that a job counts for beside its request and result: its row and indices. */
  static final int ROW_BYTES = 512;

  /** The bytes of pages kept for cancelling and deleting when no page can be added. */
  private static final int RESERVED_BYTES = 64 << 10;

  static final String RESERVE =
      "INSERT INTO reserve SELECT zeroblob("
          + RESERVED_BYTES
          + ") WHERE NOT EXISTS (SELECT 1 FROM reserve)";

  static final String WAITING = "state = " + JobState.JOB_STATE_WAITING_VALUE;
  static final String RUNNING = "state = " + JobState.JOB_STATE_RUNNING_VALUE;

  private static final List<String> STATEMENTS =
      List.of(
          // asked: the digest of the request as received; listed: the request without pictures
          "CREATE TABLE jobs (sequence INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, id"
              + " TEXT NOT NULL, state INTEGER NOT NULL, asked TEXT NOT NULL, listed BLOB NOT NULL,"
              + " images INTEGER NOT NULL, embeddings INTEGER NOT NULL, cost INTEGER NOT NULL,"
              + " unfinished INTEGER NOT NULL, webhook TEXT NOT NULL, created INTEGER NOT NULL,"
              + " bytes INTEGER NOT NULL, ended INTEGER, expires INTEGER, expired INTEGER NOT NULL"
              + " DEFAULT 0, call_at INTEGER, calls INTEGER NOT NULL DEFAULT 0,"
              + " UNIQUE (owner, id))",
          "CREATE INDEX waiting ON jobs (owner, sequence, id, created) WHERE " + WAITING,
          "CREATE INDEX running ON jobs (owner, id) WHERE " + RUNNING,
          "CREATE INDEX unfinished ON jobs (owner) WHERE ended IS NULL",
          "CREATE INDEX listed ON jobs (owner, sequence) WHERE expired = 0",
          "CREATE INDEX expiry ON jobs (expired, expires)",
          "CREATE INDEX due ON jobs (call_at, calls) WHERE call_at IS NOT NULL",
          // the whole request, if it has pictures
          "CREATE TABLE requests (sequence INTEGER PRIMARY KEY, request BLOB NOT NULL)",
          "CREATE TABLE results (sequence INTEGER PRIMARY KEY, result BLOB NOT NULL)",
          "CREATE TABLE reserve (room BLOB NOT NULL)",
          "CREATE TABLE used (owner TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID",
          "CREATE TRIGGER added AFTER INSERT ON jobs BEGIN INSERT INTO used VALUES (NEW.owner,"
              + " NEW.bytes) ON CONFLICT (owner) DO UPDATE SET bytes = bytes + NEW.bytes; END",
          "CREATE TRIGGER changed AFTER UPDATE OF bytes ON jobs BEGIN UPDATE used SET bytes ="
              + " bytes + NEW.bytes - OLD.bytes WHERE owner = NEW.owner; END",
          "CREATE TRIGGER removed AFTER DELETE ON jobs BEGIN"
              + " DELETE FROM requests WHERE sequence = OLD.sequence;"
              + " DELETE FROM results WHERE sequence = OLD.sequence;"
              + " UPDATE used SET bytes = bytes - OLD.bytes WHERE owner = OLD.owner;"
              + " DELETE FROM used WHERE owner = OLD.owner AND bytes <= 0; END",
          "CREATE TRIGGER expired AFTER UPDATE OF expired ON jobs BEGIN"
              + " DELETE FROM requests WHERE sequence = OLD.sequence;"
              + " DELETE FROM results WHERE sequence = OLD.sequence; END",
          "CREATE TRIGGER cancelled AFTER UPDATE OF state ON jobs WHEN NEW.state = "
              + JobState.JOB_STATE_CANCELLED_VALUE
              + " BEGIN DELETE FROM requests WHERE sequence = OLD.sequence; END",
          RESERVE,
          "PRAGMA user_version = " + VERSION);

  private StoreTables() {}

  /**
   * Creates the tables. Jobs of version 1, where a row contained the request twice and the result,
   * are moved; a process that is killed meanwhile leaves that version.
   *
   * @param older whether the database is of version 1
   */
  static void create(Connection database, boolean older) throws SQLException {
    try (var statement = database.createStatement()) {
      statement.execute("BEGIN");
      if (older) {
        statement.execute("ALTER TABLE jobs RENAME TO jobs_1");
      }
      for (String sql : STATEMENTS) {
        statement.execute(sql);
      }
      if (older) {
        move(database, statement);
      }
      statement.execute("COMMIT");
      if (older) {
        vacuum(statement);
      }
    }
  }

  /** Makes the file shrink from now on when jobs are deleted; needs room for a copy of it. */
  private static void vacuum(Statement statement) {
    try {
      statement.execute("PRAGMA auto_vacuum = INCREMENTAL");
      statement.execute("VACUUM");
    } catch (SQLException e) {
      LOG.warn("the store of jobs will not shrink: {}", e.getMessage());
    }
  }

  private static void move(Connection database, Statement statement) throws SQLException {
    try (var jobs =
            database.prepareStatement(
                "INSERT INTO jobs (asked, listed, bytes, sequence, owner, id, state, images,"
                    + " embeddings, cost, unfinished, webhook, created, ended, expires, expired,"
                    + " call_at, calls) SELECT ?, ?, ?, sequence, owner, id, state, images,"
                    + " embeddings, cost, unfinished, webhook, created, ended, expires, expired,"
                    + " call_at, calls FROM jobs_1 WHERE sequence = ?");
        var requests = database.prepareStatement("INSERT INTO requests VALUES (?, ?)")) {
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT sequence, state, asked, request, LENGTH(result) AS result FROM jobs_1")) {
        while (rows.next()) {
          long sequence = rows.getLong("sequence");
          byte[] request = rows.getBytes("request");
          byte[] listed = listed(request);
          boolean whole =
              rows.getInt("state") != JobState.JOB_STATE_CANCELLED_VALUE
                  && !Arrays.equals(listed, request);
          jobs.setString(1, digest(rows.getBytes("asked")));
          jobs.setBytes(2, listed);
          jobs.setLong(
              3, ROW_BYTES + listed.length + (whole ? request.length : 0) + rows.getInt("result"));
          jobs.setLong(4, sequence);
          jobs.executeUpdate();
          if (whole) {
            requests.setLong(1, sequence);
            requests.setBytes(2, request);
            requests.executeUpdate();
          }
        }
      }
      statement.execute(
          "INSERT INTO results SELECT sequence, result FROM jobs_1 WHERE LENGTH(result) > 0");
      statement.execute("DROP TABLE jobs_1");
    }
  }

  /** Returns the request without pictures; what is no request is returned as it is. */
  private static byte[] listed(byte[] request) {
    try {
      return listed(GenerateImagesRequest.parseFrom(request)).toByteArray();
    } catch (InvalidProtocolBufferException e) {
      return request; // its job fails when it is drawn
    }
  }

  /** Returns a request without the contents of its pictures. */
  static GenerateImagesRequest listed(GenerateImagesRequest request) {
    var listed = request.toBuilder();
    clearBytes(listed);
    return listed.build();
  }

  private static void clearBytes(Message.Builder message) {
    for (FieldDescriptor field : message.getAllFields().keySet()) {
      if (field.getType() == FieldDescriptor.Type.BYTES) {
        message.clearField(field);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
        if (field.isRepeated()) {
          for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            clearBytes(message.getRepeatedFieldBuilder(field, i));
          }
        } else {
          clearBytes(message.getFieldBuilder(field));
        }
      }
    }
  }

  private static String digest(byte[] request) {
    try {
      return digest(GenerateImagesRequest.parseFrom(request));
    } catch (InvalidProtocolBufferException e) {
      return ""; // equal to no other
    }
  }

  /** Returns the same text for equal requests, and for these only. */
  static String digest(GenerateImagesRequest request) {
    var bytes = new ByteArrayOutputStream();
    var out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization(); // of maps
    try {
      request.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Hashing.sha256().hashBytes(bytes.toByteArray()).toString();
  }
}
