package io.diffusion4j.jobs;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import java.time.Instant;

/** Times of the contract. */
final class Times {
  private Times() {}

  static Timestamp of(Instant time) {
    return Timestamps.fromMillis(time.toEpochMilli());
  }
}
